// What the service tells about a draft before it is sent: a danger to life, likely categories, likely duplicates.
const api = require('./api')

const PATH = '/api/resident/screening'
const PAUSE_MS = 1200
const WAIT_MS = 1500
const NOTHING = { emergency: null, suggested: [], likely: [], held: false }

/** The question in the words of the service; null while nothing is written. */
function body({ description, category, place, compound, building, point }) {
  const words = description.trim()
  if (!words) return null
  const asked = { description: words }
  if (category) asked.category = category.code
  if (place === 'compound' && compound) Object.assign(asked, { compound_id: compound.id }, building && { building })
  if (place === 'point' && point) Object.assign(asked, { lat: point.lat, lng: point.lng, coordinate_system: point.coordinate_system })
  return asked
}

const shown = ({ emergency, categories, likely_duplicates }) => ({
  emergency, suggested: categories, likely: likely_duplicates.map((one, key) => ({ ...one, key })),
})

/** What the page shows of the answer, or null without one: no network and a service that is away stop nobody. */
const ask = (asked) => (asked ? api.ask(PATH, asked).then(shown).catch(() => null) : Promise.resolve(null))

/** Waits for this, but no longer than a person would. */
const atMost = (work) => Promise.race([work, new Promise((resolve) => setTimeout(resolve, WAIT_MS))])

module.exports = { PAUSE_MS, NOTHING, body, ask, atMost }
