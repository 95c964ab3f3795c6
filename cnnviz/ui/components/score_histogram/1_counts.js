// What a threshold makes of two sorted lists of scores: counts, bins, the ROC curve.

// How many of the sorted scores are below a value
function below(sorted, value) {
  let low = 0, high = sorted.length;
  while (low < high) { const middle = (low + high) >> 1; if (sorted[middle] < value) low = middle + 1; else high = middle; }
  return low;
}

function countsAt({ normal, anomalous }, threshold) {
  const missed = below(anomalous, threshold), right = below(normal, threshold);
  const [caught, alarms] = [anomalous.length - missed, normal.length - right];
  return { caught, missed, alarms, right, hits: caught / anomalous.length, falls: alarms / normal.length,
    accuracy: (caught + right) / (anomalous.length + normal.length), precision: caught + alarms ? caught / (caught + alarms) : null };
}

// Shares of the scores in bins between edges, the last with its upper edge
function shares(sorted, edges) {
  const under = edges.map((edge, k) => (k === edges.length - 1 ? sorted.length : below(sorted, edge)));
  return under.slice(1).map((count, k) => (count - under[k]) / sorted.length);
}

// The ROC curve from (0, 0), every threshold that is a score, thinned to points that are `apart`; a point knows its threshold
function rocPoints({ normal, anomalous }, apart) {
  let i = normal.length, j = anomalous.length;
  const points = [{ falls: 0, hits: 0, threshold: Infinity }];
  while (i || j) {
    const threshold = Math.max(i ? normal[i - 1] : -Infinity, j ? anomalous[j - 1] : -Infinity);
    while (i && normal[i - 1] === threshold) i--;
    while (j && anomalous[j - 1] === threshold) j--;
    const point = { falls: 1 - i / normal.length, hits: 1 - j / anomalous.length, threshold }, last = points.at(-1);
    if (!(i || j) || point.falls - last.falls + point.hits - last.hits >= apart) points.push(point);
  }
  return points;
}

// An axis of scores: linear or logarithmic, with room beyond both ends, where a threshold is beyond all scores
class Axis {
  constructor(low, high, logarithmic) {
    Object.assign(this, { logarithmic, to: logarithmic ? Math.log10 : (value) => value, back: logarithmic ? (value) => 10 ** value : (value) => value });
    const [from, until] = [this.to(low), this.to(high)], room = 0.04 * (until - from || Math.abs(until) || 1);
    [this.from, this.until] = [from - room, until + room];
    this.ends = [low, high];
  }

  share(value) { return (this.to(value) - this.from) / (this.until - this.from); }   // 0 at the left end, 1 at the right
  value(share) { return this.back(this.from + share * (this.until - this.from)); }

  edges(bins) {
    const [low, high] = this.ends, [from, until] = [this.to(low), this.to(high)];
    return Array.from({ length: bins + 1 }, (_, k) => (k === 0 ? low : k === bins ? high : this.back(from + (k / bins) * (until - from))));
  }

  ticks(about) {
    const [low, high] = [this.back(this.from), this.back(this.until)], found = [];
    if (this.logarithmic) {
      for (let power = Math.floor(this.from); power <= Math.ceil(this.until); power++)
        for (const digit of this.until - this.from > 3 ? [1] : [1, 2, 5]) found.push(digit * 10 ** power);
    } else {
      found.push(...roundSteps(low, high, about).values);
    }
    return found.filter((value) => value >= low && value <= high);
  }
}
