// A Conv3d is drawn by the server: here stand its words, its picture and the slider through its places.
class VolumeView {
  // moved(place) hears where the box shall stand.
  constructor(element, moved) {
    this.element = element;
    this.slider = element.querySelector(".scrub");
    this.slider.oninput = () => moved(+this.slider.value);
  }
  show(volume) {
    this.element.hidden = !volume;
    if (!volume) return;
    this.element.querySelector("p").innerHTML = volume.caption;
    this.element.querySelector(".boxes").innerHTML = volume.picture;
    this.slider.max = volume.places - 1;
    if (!this.slider.matches(":focus")) this.slider.value = volume.at;
    this.slider.hidden = volume.places < 2;
  }
}
