// Draws the PNG icons of both themes from their SVG drawings; run it after a drawing has changed and commit the result.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Resvg } from '@resvg/resvg-js'

const SIZES = [180, 192, 512]
/** A maskable icon may lose everything outside the middle 80 %. */
const MASKABLE_MARGIN = 64

const drawings = fileURLToPath(new URL('./icons/', import.meta.url))
const icons = fileURLToPath(new URL('../public/icons/', import.meta.url))

function draw(svg, width) {
  return new Resvg(svg, { fitTo: { mode: 'width', value: width } }).render().asPng()
}

for (const theme of ['neotropolis', 'looping-binary']) {
  const svg = readFileSync(`${drawings}${theme}.svg`, 'utf8')
  copyFileSync(`${drawings}${theme}.svg`, `${icons}${theme}.svg`)
  for (const size of SIZES) writeFileSync(`${icons}${theme}-${size}.png`, draw(svg, size))
  const box = `${-MASKABLE_MARGIN} ${-MASKABLE_MARGIN} ${512 + 2 * MASKABLE_MARGIN} ${512 + 2 * MASKABLE_MARGIN}`
  const ground = /<rect width="512" height="512"/
  const maskable = svg
    .replace('viewBox="0 0 512 512"', `viewBox="${box}"`)
    .replace(ground, `<rect x="-64" y="-64" width="640" height="640"`)
  writeFileSync(`${icons}${theme}-maskable-512.png`, draw(maskable, 512))
}
