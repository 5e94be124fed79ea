// What is measured, held against its budget, as rows of a table.

/** One figure. `at` is 'most' or 'least'; `note` says what else one should know. */
export function result(what, at, budget, measured, unit = '', note = '') {
  const met = at === 'most' ? measured <= budget : measured >= budget;
  return { what, at, budget, measured, unit, note, met };
}

const number = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 1));

export function show({ what, at, budget, measured, unit, note, met }) {
  const limit = `${at === 'most' ? '<=' : '>='} ${budget}`;
  console.log(
    what.padEnd(50), limit.padStart(9), number(measured).padStart(9), unit.padEnd(4),
    met ? 'met   ' : 'MISSED', note,
  );
}

export function showHead() {
  console.log('what'.padEnd(50), 'budget'.padStart(9), 'measured'.padStart(9));
}
