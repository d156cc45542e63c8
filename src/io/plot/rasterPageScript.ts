/** Style of the interactive raster. */
export const PAGE_STYLE = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
html, body { height: 100%; margin: 0; }
body { display: flex; flex-direction: column; font: 13px/1.4 Helvetica, Arial, "Liberation Sans", sans-serif; color: #1c1c1c; background: #fff; }
header { display: flex; flex-wrap: wrap; gap: 4px 18px; align-items: baseline; padding: 12px 20px 4px; }
h1 { font-size: 16px; font-weight: 600; margin: 0; }
#legend { display: flex; flex-wrap: wrap; gap: 2px 6px; }
#legend button { font: inherit; border: 0; background: none; cursor: pointer; padding: 2px 6px; border-radius: 4px; }
#legend button:hover { background: #f0f0f0; }
#legend button[aria-pressed="false"] { opacity: 0.35; text-decoration: line-through; }
#legend i { display: inline-block; width: 9px; height: 9px; border-radius: 50%; margin-right: 5px; }
main { position: relative; flex: 1; min-height: 260px; margin: 0 8px; }
canvas { position: absolute; inset: 0; width: 100%; height: 100%; touch-action: none; }
#axes { pointer-events: none; }
#dots { cursor: crosshair; outline: none; }
#tip { position: absolute; pointer-events: none; padding: 3px 8px; white-space: nowrap; font-size: 12px; }
#tip { background: rgba(255,255,255,.94); border: 1px solid #c8c8c8; border-radius: 4px; }
footer { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 2px 20px; padding: 2px 20px 10px; color: #6b6b6b; font-size: 11.5px; }
`;

/**
 * Program of the interactive raster, plain JavaScript for the browser. It reads the spikes `packSpikes` wrote, keeps a view (from time, to time, from
 * row, to row) and draws what is in view: dots straight into pixels, axes and rates with canvas calls.
 */
export const PAGE_SCRIPT = String.raw`
"use strict";
(async function () {
  const byId = function (id) { return document.getElementById(id); };
  const meta = JSON.parse(byId("meta").textContent);
  const text = atob(byId("data").textContent);
  const packed = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) packed[i] = text.charCodeAt(i);
  const inflater = new DecompressionStream("deflate"), writer = inflater.writable.getWriter();
  writer.write(packed);
  writer.close();
  const bytes = new Uint8Array(await new Response(inflater.readable).arrayBuffer());

  const n = meta.count, times = new Float64Array(n), rows = new Uint32Array(n);
  let at = 0, tick = Math.round(meta.from / meta.tick);
  for (let i = 0; i < n; i++) {
    let delta = 0, scale = 1, byte;
    do { byte = bytes[at++]; delta += (byte & 127) * scale; scale *= 128; } while (byte > 127);
    tick += delta;
    times[i] = tick * meta.tick;
  }
  for (let plane = 0; plane < 4; plane++) for (let i = 0; i < n; i++) rows[i] |= bytes[at++] << (8 * plane);

  let total = 0;
  const bands = meta.bands.map(function (band) {
    const first = total;
    total += band.size;
    const value = parseInt(band.color.slice(1), 16);
    const pixel = ((255 << 24) | ((value & 255) << 16) | (value & 0xff00) | (value >> 16)) >>> 0;
    return { name: band.name, offset: band.offset, size: band.size, color: band.color, first: first, pixel: pixel, on: true };
  });
  const bandOfRow = new Uint16Array(total);
  bands.forEach(function (band, k) { bandOfRow.fill(k, band.first, band.first + band.size); });

  const all = { t0: meta.from, t1: meta.to, r0: 0, r1: Math.max(1, total) };
  let view = Object.assign({}, all);
  const dots = byId("dots"), axes = byId("axes"), tip = byId("tip"), status = byId("status");
  const dotsContext = dots.getContext("2d"), context = axes.getContext("2d");
  let width = 0, height = 0, ratio = 1, pointer = null, drawn = null;

  function group(value, decimals) {
    const parts = Math.abs(value).toFixed(decimals || 0).split(".");
    const whole = parts[0].length > 4 ? parts[0].replace(/\B(?=(\d{3})+$)/g, " ") : parts[0];
    return (value < 0 ? "−" : "") + whole + (parts[1] ? "." + parts[1] : "");
  }
  function niceStep(step) {
    const power = Math.pow(10, Math.floor(Math.log10(step)));
    return [1, 2, 5, 10].find(function (f) { return f * power >= step * (1 - 1e-9); }) * power;
  }
  function ticks(from, to, count) {
    const step = niceStep((to - from) / Math.max(1, count)), result = [];
    const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    for (let k = Math.ceil(from / step - 1e-9); k <= Math.floor(to / step + 1e-9); k++) result.push([k * step, group(k * step, decimals)]);
    return result;
  }
  function firstAtOrAfter(time) {
    let low = 0, high = n;
    while (low < high) { const mid = (low + high) >>> 1; if (times[mid] < time) low = mid + 1; else high = mid; }
    return low;
  }
  function layout() {
    const left = 70, right = 16, top = 6, bottom = 40, gap = 24;
    const inner = Math.max(60, height - top - bottom - gap), rate = Math.round(inner * 0.24);
    return { x: left, w: Math.max(40, width - left - right), y: top, h: inner - rate, ry: top + inner - rate + gap, rh: rate };
  }
  function timeLabel(t) {
    const span = view.t1 - view.t0, unit = span < 2 ? 1000 : 1;
    const decimals = Math.max(0, Math.min(4, Math.ceil(-Math.log10((span * unit) / 2000))));
    return group(t * unit, decimals) + (unit === 1000 ? " ms" : " s");
  }

  let frame = 0;
  function redraw() { if (!frame) frame = requestAnimationFrame(draw); }

  function draw() {
    frame = 0;
    const box = layout(), W = dots.width, H = dots.height;
    const image = dotsContext.createImageData(W, H), pixels = new Uint32Array(image.data.buffer);
    const x0 = Math.round(box.x * ratio), x1 = Math.round((box.x + box.w) * ratio);
    const y0 = Math.round(box.y * ratio), y1 = Math.round((box.y + box.h) * ratio);
    const sx = (x1 - x0) / (view.t1 - view.t0), sy = (y1 - y0) / (view.r1 - view.r0);
    let bin = niceStep((view.t1 - view.t0) / 220);
    if (meta.dt > 0) bin = Math.max(1, Math.round(bin / meta.dt)) * meta.dt;
    const start = Math.floor(view.t0 / bin), bins = Math.ceil(view.t1 / bin) - start + 1;
    const counts = bands.map(function () { return new Float64Array(bins); });
    const inView = bands.map(function () { return 0; });
    const first = firstAtOrAfter(view.t0), end = firstAtOrAfter(view.t1 + 1e-12);
    const dh = Math.max(1, Math.min(9 * ratio, Math.round(sy * 0.75)));
    const dw = dh > 4 * ratio ? Math.max(1, Math.round(1.3 * ratio)) : Math.max(1, Math.min(dh, Math.round(2 * ratio)));
    const few = end - first < (box.w * box.h) / 12, least = few ? Math.round(1.5 * ratio) : 1;
    const w = Math.max(dw, least), h = Math.max(dh, least);
    const firstBin = firstAtOrAfter(start * bin), endBin = firstAtOrAfter((start + bins) * bin);
    for (let i = firstBin; i < endBin; i++) {
      const row = rows[i], k = bandOfRow[row];
      counts[k][Math.min(bins - 1, Math.max(0, Math.floor(times[i] / bin + 1e-6) - start))]++;
      if (i < first || i >= end) continue;
      inView[k]++;
      if (!bands[k].on || row < view.r0 || row >= view.r1) continue;
      const cx = x0 + Math.floor((times[i] - view.t0) * sx - w / 2 + 1), cy = y1 - Math.floor((row + 0.5 - view.r0) * sy + h / 2);
      const color = bands[k].pixel, right = Math.min(cx + w, x1), low = Math.min(cy + h, y1);
      for (let y = Math.max(cy, y0); y < low; y++) {
        for (let p = y * W + Math.max(cx, x0), q = y * W + right; p < q; p++) pixels[p] = color;
      }
    }
    dotsContext.putImageData(image, 0, 0);
    drawn = { box: box, bin: bin, start: start, counts: counts, inView: inView };
    drawAxes();
    const shown = end - first;
    const part = timeLabel(view.t0) + " to " + timeLabel(view.t1);
    status.textContent = group(shown) + " of " + group(n) + " spikes, " + part + (meta.remark ? " · " + meta.remark : "");
  }

  function drawAxes() {
    const box = drawn.box, c = context, unit = view.t1 - view.t0 < 2 ? 1000 : 1;
    const toX = function (t) { return box.x + ((t - view.t0) / (view.t1 - view.t0)) * box.w; };
    const toY = function (r) { return box.y + box.h - ((r - view.r0) / (view.r1 - view.r0)) * box.h; };
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.clearRect(0, 0, width, height);
    c.font = "11px Helvetica, Arial, 'Liberation Sans', sans-serif";
    c.fillStyle = c.strokeStyle = "#1c1c1c";
    c.lineWidth = 1;
    c.beginPath();
    c.moveTo(box.x - 0.5, box.y); c.lineTo(box.x - 0.5, box.y + box.h + 0.5); c.lineTo(box.x + box.w, box.y + box.h + 0.5);
    c.moveTo(box.x - 0.5, box.ry); c.lineTo(box.x - 0.5, box.ry + box.rh + 0.5); c.lineTo(box.x + box.w, box.ry + box.rh + 0.5);
    c.textAlign = "center";
    ticks(view.t0 * unit, view.t1 * unit, box.w / 90).forEach(function (tick) {
      const x = Math.round(toX(tick[0] / unit)) + 0.5;
      c.moveTo(x, box.y + box.h); c.lineTo(x, box.y + box.h + 4); c.moveTo(x, box.ry + box.rh); c.lineTo(x, box.ry + box.rh + 4);
      c.fillText(tick[1], x, box.ry + box.rh + 16);
    });
    c.textAlign = "right";
    let lastLabel = 1e9;
    const step = Math.max(1, niceStep((view.r1 - view.r0) / Math.max(2, box.h / 42)));
    bands.forEach(function (band) {
      for (let k = Math.ceil(band.offset / step); k * step < band.offset + band.size; k++) {
        const y = toY(band.first + k * step - band.offset + 0.5);
        if (y > box.y + box.h + 1 || y < box.y - 1 || lastLabel - y < 14) continue;
        lastLabel = y;
        c.moveTo(box.x - 4, Math.round(y) + 0.5); c.lineTo(box.x, Math.round(y) + 0.5);
        c.fillText(group(k * step), box.x - 7, y + 4);
      }
    });
    let most = 0;
    const visible = bands.map(function (band, k) {
      const rates = Array.from(drawn.counts[k], function (count, b) {
        const from = Math.max(all.t0, (drawn.start + b) * drawn.bin), to = Math.min(all.t1, (drawn.start + b + 1) * drawn.bin);
        return to - from > 1e-6 * drawn.bin ? count / band.size / (to - from) : NaN;
      });
      if (band.on) rates.forEach(function (rate, b) {
        const t = (drawn.start + b) * drawn.bin;
        if (rate > most && t < view.t1 && t + drawn.bin > view.t0) most = rate;
      });
      return rates;
    });
    const rateStep = niceStep((most || 1) / 3), highest = Math.max(rateStep, Math.ceil(most / rateStep - 1e-9) * rateStep);
    const toRate = function (rate) { return box.ry + box.rh - (rate / highest) * box.rh; };
    ticks(0, highest, 3).forEach(function (tick) {
      const y = Math.round(toRate(tick[0])) + 0.5;
      c.moveTo(box.x - 4, y); c.lineTo(box.x, y);
      c.fillText(tick[1], box.x - 7, y + 3.5);
    });
    c.stroke();
    c.fillStyle = "#6b6b6b";
    const binText = drawn.bin < 1 ? Number((drawn.bin * 1000).toPrecision(4)) + " ms" : Number(drawn.bin.toPrecision(4)) + " s";
    c.fillText("mean over neurons, " + binText + " bins", box.x + box.w, box.ry - 6);
    c.fillStyle = "#1c1c1c";
    c.textAlign = "center";
    c.font = "12px Helvetica, Arial, 'Liberation Sans', sans-serif";
    c.fillText(unit === 1000 ? "time (ms)" : "time (s)", box.x + box.w / 2, box.ry + box.rh + 33);
    [["neuron", box.y + box.h / 2], ["rate (Hz)", box.ry + box.rh / 2]].forEach(function (label) {
      c.save(); c.translate(13, label[1]); c.rotate(-Math.PI / 2); c.fillText(label[0], 0, 0); c.restore();
    });
    c.save();
    c.beginPath(); c.rect(box.x, box.ry - 1, box.w, box.rh + 2); c.clip();
    bands.forEach(function (band, k) {
      if (!band.on) return;
      c.beginPath();
      visible[k].forEach(function (rate, b) {
        if (!(rate >= 0)) return;
        const y = toRate(rate), t = (drawn.start + b) * drawn.bin;
        c.lineTo(toX(t), y); c.lineTo(toX(t + drawn.bin), y);
      });
      c.strokeStyle = band.color; c.stroke();
    });
    c.restore();
    if (pointer) drawPointer(toX, toY, visible);
    bands.forEach(function (band, k) {
      band.label.textContent = band.name + " " + Number((drawn.inView[k] / band.size / (view.t1 - view.t0)).toPrecision(3)) + " Hz";
    });
  }

  function drawPointer(toX, toY, visible) {
    const box = drawn.box, c = context, t = view.t0 + ((pointer.x - box.x) / box.w) * (view.t1 - view.t0);
    const inside = pointer.x >= box.x && pointer.x <= box.x + box.w, inDots = pointer.y >= box.y && pointer.y <= box.y + box.h;
    const inRates = pointer.y >= box.ry && pointer.y <= box.ry + box.rh;
    tip.hidden = !(inside && (inDots || inRates)) || pointer.dragging === true;
    if (tip.hidden) return;
    let words = timeLabel(t);
    if (inDots) {
      const below = view.r0 + ((box.y + box.h - pointer.y) / box.h) * (view.r1 - view.r0);
      const row = Math.min(total - 1, Math.max(0, Math.floor(below)));
      const spike = nearest(t, row), found = spike < 0 ? row : rows[spike], band = bands[bandOfRow[found]];
      if (spike >= 0) {
        words = "spike at " + timeLabel(times[spike]);
        c.beginPath(); c.arc(toX(times[spike]), toY(found + 0.5), 5, 0, 7); c.strokeStyle = "#1c1c1c"; c.lineWidth = 1.5; c.stroke();
      }
      words += " · neuron " + group(band.offset + found - band.first) + " · " + band.name;
      if (band.offset > 0) words += "[" + group(found - band.first) + "]";
    } else {
      const b = Math.floor(t / drawn.bin) - drawn.start;
      bands.forEach(function (band, k) { if (band.on && visible[k][b] >= 0) words += " · " + band.name + " " + visible[k][b].toFixed(1) + " Hz"; });
    }
    tip.textContent = words;
    tip.style.left = Math.max(0, Math.min(width - tip.offsetWidth - 4, pointer.x + 14)) + "px";
    tip.style.top = Math.max(0, Math.min(height - tip.offsetHeight, pointer.y - 30)) + "px";
  }

  function nearest(t, row) {
    const box = drawn.box, perTime = box.w / (view.t1 - view.t0), perRow = box.h / (view.r1 - view.r0), reach = 6;
    let best = -1, distance = reach * reach;
    for (let i = firstAtOrAfter(t - reach / perTime); i < n && times[i] <= t + reach / perTime; i++) {
      if (!bands[bandOfRow[rows[i]]].on) continue;
      const dx = (times[i] - t) * perTime, dy = (rows[i] - row) * perRow, d = dx * dx + dy * dy;
      if (d < distance) { distance = d; best = i; }
    }
    return best;
  }

  function clamp(low, high, from, to, least) {
    let span = Math.min(to - from, Math.max(least, high - low));
    let start = Math.min(Math.max(low, from), to - span);
    return [start, start + span];
  }
  function setView(t0, t1, r0, r1) {
    const t = clamp(t0, t1, all.t0, all.t1, Math.max((meta.dt || 0) * 20, (all.t1 - all.t0) * 1e-6));
    const r = clamp(r0, r1, all.r0, all.r1, Math.min(4, total));
    view = { t0: t[0], t1: t[1], r0: r[0], r1: r[1] };
    redraw();
  }
  function zoom(factor, vertical, fx, fy) {
    const dt = view.t1 - view.t0, dr = view.r1 - view.r0;
    if (vertical) setView(view.t0, view.t1, view.r0 + dr * fy * (1 - factor), view.r1 - dr * (1 - fy) * (1 - factor));
    else setView(view.t0 + dt * fx * (1 - factor), view.t1 - dt * (1 - fx) * (1 - factor), view.r0, view.r1);
  }
  function pan(x, y) {
    const dt = (view.t1 - view.t0) * x, dr = (view.r1 - view.r0) * y;
    setView(view.t0 + dt, view.t1 + dt, view.r0 + dr, view.r1 + dr);
  }
  function place(event) {
    const edge = dots.getBoundingClientRect();
    return { x: event.clientX - edge.left, y: event.clientY - edge.top };
  }
  dots.addEventListener("wheel", function (event) {
    event.preventDefault();
    const p = place(event), box = layout(), amount = (event.deltaY || event.deltaX) * (event.deltaMode === 1 ? 16 : 1);
    const fx = Math.min(1, Math.max(0, (p.x - box.x) / box.w)), fy = Math.min(1, Math.max(0, (box.y + box.h - p.y) / box.h));
    zoom(Math.exp(Math.max(-400, Math.min(400, amount)) * 0.0016), event.shiftKey, fx, fy);
  }, { passive: false });
  let grip = null;
  dots.addEventListener("pointerdown", function (event) { grip = place(event); dots.setPointerCapture(event.pointerId); });
  dots.addEventListener("pointermove", function (event) {
    pointer = place(event);
    if (grip) {
      const box = layout();
      pointer.dragging = true;
      pan((grip.x - pointer.x) / box.w, (pointer.y - grip.y) / box.h);
      grip = place(event);
    }
    if (drawn && !grip) drawAxes();
  });
  const release = function () { grip = null; };
  dots.addEventListener("pointerup", release);
  dots.addEventListener("pointercancel", release);
  dots.addEventListener("pointerleave", function () { pointer = null; tip.hidden = true; if (drawn) drawAxes(); });
  dots.addEventListener("dblclick", function () { view = Object.assign({}, all); redraw(); });
  dots.addEventListener("keydown", function (event) {
    const moves = { ArrowLeft: [-0.2, 0], ArrowRight: [0.2, 0], ArrowUp: [0, 0.2], ArrowDown: [0, -0.2] };
    if (moves[event.key]) pan(moves[event.key][0], moves[event.key][1]);
    else if (event.key === "+" || event.key === "=") zoom(0.7, event.shiftKey, 0.5, 0.5);
    else if (event.key === "-") zoom(1 / 0.7, false, 0.5, 0.5);
    else if (event.key === "0" || event.key === "Home") { view = Object.assign({}, all); redraw(); }
    else return;
    event.preventDefault();
  });
  bands.forEach(function (band) {
    const button = document.createElement("button"), dot = document.createElement("i");
    band.label = document.createElement("span");
    button.type = "button";
    button.title = group(band.size) + " neurons from " + group(band.offset) + "; click to hide or show";
    button.setAttribute("aria-pressed", "true");
    dot.style.background = band.color;
    button.append(dot, band.label);
    button.addEventListener("click", function () { band.on = !band.on; button.setAttribute("aria-pressed", String(band.on)); redraw(); });
    byId("legend").append(button);
  });
  function resize() {
    const edge = dots.parentElement.getBoundingClientRect();
    width = edge.width; height = edge.height; ratio = window.devicePixelRatio || 1;
    [dots, axes].forEach(function (canvas) {
      canvas.width = Math.max(1, Math.round(width * ratio));
      canvas.height = Math.max(1, Math.round(height * ratio));
    });
    if (frame) cancelAnimationFrame(frame);
    draw();
  }
  new ResizeObserver(resize).observe(dots.parentElement);
  resize();
})();
`;
