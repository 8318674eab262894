// The shift that Chinese maps put on coordinates (GCJ-02), by the public formula on the Krasovsky ellipsoid.
const A = 6378245.0
const E2 = 0.00669342162296594323
const { PI, sin, cos, sqrt, abs } = Math

/** WGS-84 degrees to GCJ-02 degrees; places outside China stay as they are. */
export function toGcj02({ lat, lng }) {
  if (lng <= 73.66 || lng >= 135.05 || lat <= 3.86 || lat >= 53.55) return { lat, lng }
  const x = lng - 105
  const y = lat - 35
  const phi = (lat / 180) * PI
  const m = 1 - E2 * sin(phi) ** 2
  return {
    lat: lat + (northward(x, y) * 180 * m ** 1.5) / (A * (1 - E2) * PI),
    lng: lng + (eastward(x, y) * 180 * sqrt(m)) / (A * cos(phi) * PI),
  }
}

function waves(x) {
  return ((20 * sin(6 * PI * x) + 20 * sin(2 * PI * x)) * 2) / 3
}

function northward(x, y) {
  const long = (20 * sin(PI * y) + 40 * sin((PI * y) / 3) + 160 * sin((PI * y) / 12) + 320 * sin((PI * y) / 30)) * (2 / 3)
  return -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + waves(x) + long
}

function eastward(x, y) {
  const long = (20 * sin(PI * x) + 40 * sin((PI * x) / 3) + 150 * sin((PI * x) / 12) + 300 * sin((PI * x) / 30)) * (2 / 3)
  return 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + waves(x) + long
}
