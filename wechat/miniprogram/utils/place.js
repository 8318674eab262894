// getLocation speaks WGS-84 when asked to; chooseLocation always speaks GCJ-02.
const privacy = require('./privacy')

const REFUSED = '您没有同意使用位置。'
const FAILED = '没有取到位置，请在手机设置里允许微信使用位置。'

async function permitted() {
  if (!(await privacy.permit())) throw new Error(REFUSED)
}

/** Where the phone is now, asked once. */
async function here() {
  await permitted()
  const found = await wx.getLocation({ type: 'wgs84' }).catch(() => { throw new Error(FAILED) })
  await privacy.recorded()
  return { lat: found.latitude, lng: found.longitude, coordinate_system: 'wgs84' }
}

/** A point picked on the map, or null when the person closes the map. */
async function choose() {
  await permitted()
  const found = await wx.chooseLocation({}).catch(() => null)
  if (!found) return null
  const address = [found.address, found.name].filter((part, i, all) => part && all.indexOf(part) === i).join(' ')
  return { lat: found.latitude, lng: found.longitude, coordinate_system: 'gcj02', address }
}

module.exports = { here, choose }
