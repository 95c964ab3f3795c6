// Pictures as grey pixels, and files of them.

const SIDE = 28;

const level = (value) => Math.round(255 * value);

// Draws a picture of 28 x 28, values in [0, 1], on a canvas at its own size; image: an ImageData (28,28) to work in.
function putPicture(pen, image, picture, x = 0, y = 0) {
  const out = new Uint32Array(image.data.buffer);
  for (let k = 0; k < out.length; k++) out[k] = 0xff000000 | (level(picture[k]) * 0x10101);
  pen.putImageData(image, x, y);
}

// Saves the canvases, drawn over each other with "screen", each pixel enlarged `times`.
function savePng(canvases, times, name) {
  const { width, height } = canvases[0], whole = Object.assign(document.createElement("canvas"), { width: width * times, height: height * times });
  const pen = whole.getContext("2d");
  pen.imageSmoothingEnabled = false;
  pen.globalCompositeOperation = "screen";
  for (const canvas of canvases) pen.drawImage(canvas, 0, 0, whole.width, whole.height);
  whole.toBlob((blob) => {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
}

// A latent for people: at most three numbers, a real minus sign.
function latentText(z) {
  const numbers = [...z].slice(0, 3).map((value) => fixed(value, 2));
  return `(${numbers.join(", ")}${z.length > 3 ? ", …" : ""})`;
}
