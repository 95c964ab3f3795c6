// The side of a picture, files of pictures, and latents in words.

const SIDE = 28;

// Saves the canvases, drawn over each other with "screen", each pixel enlarged `times`.
function savePng(canvases, times, name) {
  const { width, height } = canvases[0], whole = Object.assign(document.createElement("canvas"), { width: width * times, height: height * times });
  const pen = whole.getContext("2d");
  pen.imageSmoothingEnabled = false;
  pen.globalCompositeOperation = "screen";
  for (const canvas of canvases) pen.drawImage(canvas, 0, 0, whole.width, whole.height);
  whole.toBlob((blob) => saveFile(blob, name));
}

// A latent for people: at most three numbers, a real minus sign.
function latentText(z) {
  const numbers = [...z].slice(0, 3).map((value) => fixed(value, 2));
  return `(${numbers.join(", ")}${z.length > 3 ? ", …" : ""})`;
}
