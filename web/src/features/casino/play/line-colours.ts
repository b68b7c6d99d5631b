/** Each at least 3:1 on the dark glass of a machine, and neighbours far apart. */
const COLOURS = ['#35EBFF', '#FFD166', '#FF7AE0', '#4DF7A8', '#FF9A66', '#C4A1FF', '#8CF58C', '#FF7AB8', '#7FA8FF'] as const

/** The colour of a line, the same wherever it is drawn. */
export function lineColour(line: number): string {
  return COLOURS[line % COLOURS.length] ?? COLOURS[0]
}
