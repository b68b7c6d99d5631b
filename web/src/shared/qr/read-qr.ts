/** Finds the text of a QR code in a picture; null when there is none. */
export type QrReader = (source: HTMLVideoElement | ImageBitmap) => Promise<string | null>

interface DetectedCode {
  rawValue: string
}

interface CodeDetector {
  detect: (source: ImageBitmapSource) => Promise<DetectedCode[]>
}

type CodeDetectorClass = (new (options: { formats: string[] }) => CodeDetector) & {
  getSupportedFormats: () => Promise<string[]>
}

/** Large enough for a code held at arm's length, small enough for an old phone to decode several times a second. */
const DECODED_PIXELS_MAX = 640

async function browserReader(): Promise<QrReader | null> {
  const Detector = (window as { BarcodeDetector?: CodeDetectorClass }).BarcodeDetector
  const formats = (await Detector?.getSupportedFormats().catch(() => [])) ?? []
  if (!Detector || !formats.includes('qr_code')) return null
  const detector = new Detector({ formats: ['qr_code'] })
  return async (source) => (await detector.detect(source))[0]?.rawValue ?? null
}

async function decodingReader(): Promise<QrReader> {
  const { default: decode } = await import('jsqr')
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d', { willReadFrequently: true })
  return (source) => {
    const [width, height] =
      source instanceof HTMLVideoElement ? [source.videoWidth, source.videoHeight] : [source.width, source.height]
    if (!context || width === 0 || height === 0) return Promise.resolve(null)
    const scale = Math.min(1, DECODED_PIXELS_MAX / Math.max(width, height))
    canvas.width = Math.round(width * scale)
    canvas.height = Math.round(height * scale)
    context.drawImage(source, 0, 0, canvas.width, canvas.height)
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
    return Promise.resolve(decode(data, canvas.width, canvas.height)?.data ?? null)
  }
}

/** The browser's own reader where there is one (Android), the bundled decoder elsewhere (Apple, desktops). */
export async function createQrReader(): Promise<QrReader> {
  return (await browserReader()) ?? decodingReader()
}
