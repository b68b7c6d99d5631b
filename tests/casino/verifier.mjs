// An independent verifier: plain JavaScript that knows only the published texts, not the product's code.
// Usage: node verifier.mjs FILE, where FILE holds {"rounds": […], "par_sheets": {config_hash: sheet}}.

import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";

const WORDS = 1n << 64n;

function field(value) {
  let bytes;
  if (typeof value === "number") {
    bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(BigInt(value));
  } else {
    bytes = Buffer.isBuffer(value) ? value : Buffer.from(value, "utf8");
  }
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function* words(round, seed, sub) {
  const message = Buffer.concat([
    Buffer.from("CHROME-PF/1|spin|"),
    ...[round.player, round.epoch, round.client_seed, round.nonce, round.game, round.config_hash, sub].map(field),
  ]);
  for (let number = 0; ; number += 1) {
    const place = Buffer.alloc(4);
    place.writeUInt32BE(number);
    const block = createHmac("sha256", seed).update(message).update(place).digest();
    for (let offset = 0; offset < 32; offset += 8) yield block.readBigUInt64BE(offset);
  }
}

function draw(stream, total) {
  const below = BigInt(total);
  for (;;) {
    const word = stream.next().value;
    if (word < WORDS - (WORDS % below)) return Number(word % below);
  }
}

function stopsOf(round, sheet, seed, sub) {
  const stream = words(round, seed, sub);
  return sheet.reels.map((reel) => {
    let number = draw(stream, reel.reduce((sum, stop) => sum + stop.weight, 0));
    return reel.findIndex((stop) => (number -= stop.weight) < 0);
  });
}

function windowAt(sheet, stops) {
  const rows = [];
  for (let row = 0; row < sheet.rows; row += 1) {
    rows.push(sheet.reels.map((reel, place) => reel[(stops[place] + row) % reel.length].symbol));
  }
  return rows;
}

function lineAward(sheet, symbols) {
  let best = 0;
  for (const pay of sheet.paytable) {
    const fits = symbols.slice(0, pay.count).every((symbol) => symbol === pay.symbol || symbol === sheet.wild);
    if (fits) best = Math.max(best, pay.award);
  }
  return best;
}

function awardOf(sheet, rows) {
  return sheet.lines.reduce((sum, line) => sum + lineAward(sheet, line.map((row, reel) => rows[row][reel])), 0);
}

function scattersIn(sheet, rows) {
  return sheet.scatter ? rows.flat().filter((symbol) => symbol === sheet.scatter.symbol).length : 0;
}

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

function configHash(sheet) {
  const named = ["dial", "game", "lines", "paytable", "reels", "rows", "scatter", "symbols", "wild"];
  const text = canonical(Object.fromEntries(named.map((name) => [name, sheet[name]])));
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/** Walk the full cycle where it is small, and give the return as "numerator/denominator" in lowest terms. */
function exactReturn(sheet) {
  let paid = 0n;
  let total = 0n;
  const walk = (stops, weight) => {
    const reel = sheet.reels[stops.length];
    if (reel === undefined) {
      paid += weight * BigInt(awardOf(sheet, windowAt(sheet, stops)));
      total += weight;
      return;
    }
    reel.forEach((stop, place) => walk([...stops, place], weight * BigInt(stop.weight)));
  };
  walk([], 1n);
  total *= BigInt(sheet.lines.length);
  const divisor = (a, b) => (b === 0n ? a : divisor(b, a % b));
  const common = divisor(paid, total);
  return `${paid / common}/${total / common}`;
}

function mistakes(round, sheet) {
  const found = [];
  const same = (what, ours, told) => {
    if (JSON.stringify(ours) !== JSON.stringify(told)) found.push(`${what}: ${JSON.stringify(ours)}`);
  };
  const seed = Buffer.from(round.server_seed, "hex");
  const commitment = createHash("sha256")
    .update("CHROME-PF/1|commit|")
    .update(Buffer.concat([seed, round.player, round.epoch].map(field)))
    .digest("hex");
  same("commitment", commitment, round.commitment);
  let won = 0;
  for (const spin of round.spins) {
    const stops = stopsOf(round, sheet, seed, spin.sub);
    const rows = windowAt(sheet, stops);
    const award = awardOf(sheet, rows);
    same(`stops ${spin.sub}`, stops, spin.stops);
    same(`window ${spin.sub}`, rows, spin.grid);
    same(`award ${spin.sub}`, award, spin.award);
    won += award;
    if (spin.sub === 0) {
      const triggered = sheet.scatter !== null && scattersIn(sheet, rows) >= sheet.scatter.count;
      same("free spins", triggered ? sheet.scatter.free_spins : 0, round.free_spins_awarded);
    }
  }
  same("win", Math.round(won * round.bet * 100), Math.round(round.win_amount * 100));
  same("cost", Math.round(round.bet * sheet.lines.length * 100), Math.round(round.total_bet * 100));
  return found;
}

const { rounds, par_sheets: sheets } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const wrong = [];
for (const [hash, sheet] of Object.entries(sheets)) {
  if (configHash(sheet) !== hash) wrong.push(`configuration ${hash}`);
  if (sheet.reels.length === 3 && exactReturn(sheet) !== sheet.exact_return.text) wrong.push(`return of ${hash}`);
}
for (const round of rounds) {
  wrong.push(...mistakes(round, sheets[round.config_hash]).map((text) => `round ${round.id}: ${text}`));
}
console.log(JSON.stringify({ rounds: rounds.length, wrong }));
