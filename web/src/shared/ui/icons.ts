/**
 * The app's own line icons on a 24-pixel grid, drawn with a stroke of two pixels in the text's colour.
 * Each is one path, so that an icon is data and not a component.
 */
export const ICONS = {
  home: 'M3 11 12 4l9 7M6 9v11h12V9M10 20v-6h4v6',
  send: 'M21 3 10 14M21 3l-7 18-4-7-7-4z',
  receive: 'M12 3v13M6 10l6 6 6-6M4 21h16',
  statement: 'M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6',
  profile: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c1-4 4-6 8-6s7 2 8 6',
  in: 'M18 6 6 18M6 9v9h9',
  out: 'M6 18 18 6M9 6h9v9',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  check: 'M4 12.5 9.5 18 20 6.5',
  close: 'M5 5l14 14M19 5 5 19',
  back: 'M15 5l-7 7 7 7',
  next: 'M9 5l7 7-7 7',
  erase: 'M8 5h13v14H8l-6-7zM12 9.5l5 5M17 9.5l-5 5',
  scan: 'M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M4 12h16',
  qr: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM18 14h2M14 18v2',
  paste: 'M8 5H5v16h14V5h-3M8 3h8v4H8z',
  photo: 'M4 7h4l2-3h4l2 3h4v13H4zM12 17a4 4 0 1 0 0-8 4 4 0 0 0 0 8z',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 21 21',
  filter: 'M3 6h18M7 12h10M10 18h4',
  warning: 'M12 3 2 20h20zM12 10v4M12 17v.5',
  offline: 'M3 3l18 18M5 12a10 10 0 0 1 4-2.400M2 8.500a15 15 0 0 1 4-2.500M19 12a10 10 0 0 0-3-2M22 8.500a15 15 0 0 0-10-3.500M8.500 15.500a5 5 0 0 1 7 0M12 19.500v.5',
  empty: 'M3 13l3-8h12l3 8v6H3zM3 13h5l1.500 3h5l1.500-3h5',
  eye: 'M2 12s4-7 10-7 10 7 10 7-4 7-10 7-10-7-10-7zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
  'eye-closed': 'M3 3l18 18M10 5.200C16.500 4.200 22 12 22 12a18 18 0 0 1-3 3.600M6 7a18 18 0 0 0-4 5s4 7 10 7c1.600 0 3-.5 4.300-1.100M10 10a3 3 0 0 0 4 4',
  key: 'M8 19a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM11 12l9-9M16 7l3 3',
  device: 'M7 2h10v20H7zM11 18h2',
  language: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18',
  effects: 'M4 6h9M17 6h3M4 12h3M11 12h9M4 18h7M15 18h5',
  'sign-out': 'M14 4H5v16h9M10 12h11M17 8l4 4-4 4',
  faction: 'M5 3v18M5 4h13l-3 4.500 3 4.500H5',
  edit: 'M4 20l1-5L16 4l4 4L9 19zM13.500 6.500l4 4',
  share: 'M12 15V3M8 7l4-4 4 4M5 12v9h14v-9',
  lock: 'M5 11h14v10H5zM8 11V8a4 4 0 0 1 8 0v3',
  reload: 'M20 12a8 8 0 1 1-2.500-5.800M20 3v5h-5',
  coins: 'M9 15a6 6 0 1 0 0-12 6 6 0 0 0 0 12zM15 9.300a6 6 0 1 1-5.700 5.700',
} as const

export type IconName = keyof typeof ICONS
