// Which dots: under the pointer, nearest in latent space, inside a lasso.

const REACH = 12;   // CSS pixels from a dot at which it answers

function dotAt(projection, hidden, x, y) {
  let best = -1, least = REACH * REACH;
  for (let i = 0; i < projection.count; i++) {
    const distance = (projection.x[i] - x) ** 2 + (projection.y[i] - y) ** 2;
    if (distance < least && !hidden[i]) { least = distance; best = i; }
  }
  return best;
}

// The `many` dots whose latents (rows of `width` numbers) lie nearest to that of dot `index`, itself left out
function nearestDots(mu, width, index, many) {
  const found = [], from = index * width;
  for (let i = 0, at = 0; at < mu.length; i++, at += width) {
    if (i === index) continue;
    let distance = 0;
    for (let d = 0; d < width; d++) distance += (mu[at + d] - mu[from + d]) ** 2;
    if (found.length === many && distance >= found[many - 1].distance) continue;
    let place = found.length;
    while (place > 0 && found[place - 1].distance > distance) place--;
    found.splice(place, 0, { i, distance });
    if (found.length > many) found.pop();
  }
  return found.map(({ i, distance }) => ({ index: i, distance: Math.sqrt(distance) }));
}

// Even-odd rule
function dotsInside(projection, hidden, path) {
  const found = [];
  for (let i = 0; i < projection.count; i++) {
    if (hidden[i]) continue;
    const x = projection.x[i], y = projection.y[i];
    let inside = false;
    for (let a = 0, b = path.length - 1; a < path.length; b = a++) {
      const [ax, ay] = path[a], [bx, by] = path[b];
      if ((ay > y) !== (by > y) && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
    if (inside) found.push(i);
  }
  return found;
}
