import { emulator } from '../runtime/emulator.js'
import { element } from '../runtime/element.js'
import { openDialog } from '../runtime/dialog.js'
import { call, cancelled, failure } from './call.js'
import { toGcj02 } from './gcj02.js'
import { confirmRow } from './sheets.js'

const ACCURACY_M = 30

/** Where the phone is, and choosing a place. The emulator keeps WGS-84. */
export function placeCalls({ privacy }) {
  return {
    getLocation: call('getLocation', async ({ type = 'wgs84' }) => {
      await privacy.pass()
      const location = await locate()
      if (!location) throw failure('ERROR_NOCELL&WIFI_LOCATIONSWITCHOFF', { errCode: 2 })
      const { lat, lng } = type === 'gcj02' ? toGcj02(location) : location
      return { latitude: lat, longitude: lng, accuracy: ACCURACY_M, horizontalAccuracy: ACCURACY_M, speed: -1, altitude: 0 }
    }),
    chooseLocation: call('chooseLocation', async () => {
      await privacy.pass()
      return choosePlace(await locate())
    }),
    openLocation: call('openLocation', ({ latitude, longitude, name = '', address = '' }) => showPlace(name, address, `${latitude}, ${longitude}`)),
  }
}

async function locate() {
  return (await emulator.phone()).location
}

/** Instead of the map: name and coordinates, filled in with where the phone is. The answer is GCJ-02, as WeChat's. */
function choosePlace(location) {
  const name = field('地点名称', { type: 'text', placeholder: '如：3号楼东侧' })
  const lat = field('纬度', { type: 'number', step: 'any', value: location ? location.lat : '' })
  const lng = field('经度', { type: 'number', step: 'any', value: location ? location.lng : '' })
  const known = '坐标已填为这部手机的位置（WGS-84），可以改。'
  const hint = element('p', { textContent: location ? known : '这部手机没有位置，请填写坐标（WGS-84）。' })
  hint.setAttribute('role', 'alert')
  return new Promise((resolve, reject) => {
    const confirm = () => {
      const answer = placeOf(name.value, lat.value, lng.value)
      if (!answer) {
        hint.textContent = '请填写地点名称和正确的坐标。'
        return
      }
      close('answered')
      resolve(answer)
    }
    const children = [name.row, lat.row, lng.row, hint, confirmRow(confirm, () => close())]
    const close = openDialog({ label: '选择位置', look: 'mp-sheet', children, onCancel: () => reject(cancelled()) })
  })
}

function field(label, properties) {
  const input = element('input', properties)
  return { row: element('label', { className: 'mp-field' }, label, input), get value() { return input.value.trim() } }
}

function placeOf(name, lat, lng) {
  const point = { lat: Number(lat), lng: Number(lng) }
  if (!name || !lat || !lng || !(Math.abs(point.lat) <= 90) || !(Math.abs(point.lng) <= 180)) return null
  const shifted = toGcj02(point)
  return { name, address: name, latitude: shifted.lat, longitude: shifted.lng }
}

function showPlace(name, address, coordinates) {
  const text = element('p', { textContent: [address, coordinates, '地图只在微信里打开。'].filter(Boolean).join('\n') })
  const done = element('button', { type: 'button', className: 'main', textContent: '知道了' })
  const close = openDialog({ label: name || '位置', look: 'mp-alert', children: [text, element('div', { className: 'mp-row' }, done)] })
  done.addEventListener('click', () => close('answered'))
}
