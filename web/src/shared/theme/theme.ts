/** Every colour a screen may use, by purpose. Hex notation, so that the contrast test can read it. */
export interface Palette {
  page: string
  pageDeep: string
  surface: string
  surfaceRaised: string
  /** Decorative lines. */
  line: string
  /** Borders of controls: at least 3:1 against their surroundings. */
  lineControl: string
  text: string
  textMuted: string
  accent: string
  onAccent: string
  accentSecond: string
  positive: string
  negative: string
  warning: string
  danger: string
  onDanger: string
}

export type ThemeId = 'neotropolis' | 'looping-binary'

/** A look of the app, as data: nothing here knows any screen. */
export interface Theme {
  id: ThemeId
  /** Colours by the scheme the device asks for; a theme with one scheme names it twice. */
  palettes: { dark: Palette; light: Palette }
  fonts: { display: string; body: string }
  /** Pixels cut from the corners of panels and buttons, and the radius where nothing is cut. */
  shape: { cut: number; radius: number }
  hasGlitchEffects: boolean
  manifest: string
  /** Where this theme's icons begin: `.svg` and `-180.png` follow. */
  icons: string
}
