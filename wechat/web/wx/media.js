import { element } from '../runtime/element.js'
import { openDialog } from '../runtime/dialog.js'
import { call, cancelled } from './call.js'

/** Choosing and showing pictures. Chosen files are kept under the address that the page gets. */
export function mediaCalls({ privacy }, files) {
  const choose = async (options) => {
    await privacy.pass()
    return (await chooseFiles(options)).map((file) => keep(file, files))
  }
  return {
    chooseMedia: call('chooseMedia', async (options) => ({ tempFiles: await choose(options), type: 'image' })),
    chooseImage: call('chooseImage', async (options) => {
      const chosen = await choose(options)
      return { tempFilePaths: chosen.map((one) => one.tempFilePath), tempFiles: chosen.map((one) => ({ path: one.tempFilePath, size: one.size })) }
    }),
    compressImage: call('compressImage', ({ src }) => ({ tempFilePath: src })),
    getImageInfo: call('getImageInfo', ({ src }) => measure(src)),
    previewImage: call('previewImage', preview),
  }
}

function chooseFiles({ count = 9, sourceType = [] }) {
  const input = element('input', { type: 'file', accept: 'image/*', multiple: count > 1 })
  if (sourceType.length === 1 && sourceType[0] === 'camera') input.capture = 'environment'
  return new Promise((resolve, reject) => {
    input.onchange = () => resolve([...input.files].slice(0, count))
    input.oncancel = () => reject(cancelled())
    input.click()
  })
}

function keep(file, files) {
  const tempFilePath = URL.createObjectURL(file)
  files.set(tempFilePath, file)
  return { tempFilePath, size: file.size, fileType: 'image' }
}

async function measure(src) {
  const image = element('img', { src })
  await image.decode()
  return { width: image.naturalWidth, height: image.naturalHeight, path: src }
}

/** All pictures one after the other; a tap or Escape closes, the arrow keys turn. */
function preview({ urls, current = urls[0] }) {
  const image = element('img', { alt: '' })
  const count = element('span', { className: 'mp-count' })
  const view = element('button', { type: 'button', className: 'mp-preview-close', ariaLabel: '关闭图片' }, image, count)
  const close = openDialog({ label: '查看图片', look: 'mp-preview', children: [view], heading: false })
  let index = Math.max(0, typeof current === 'number' ? current : urls.indexOf(current))
  const turn = (step) => {
    index = (index + step + urls.length) % urls.length
    image.src = urls[index]
    count.textContent = urls.length > 1 ? `${index + 1}/${urls.length}` : ''
  }
  turn(0)
  listen(view, turn, close)
}

const SWIPE = 40

function listen(view, turn, close) {
  let startX = 0
  view.addEventListener('click', () => close('answered'))
  view.addEventListener('keydown', ({ key }) => {
    if (key === 'ArrowRight') turn(1)
    if (key === 'ArrowLeft') turn(-1)
  })
  view.addEventListener('touchstart', (event) => { startX = event.touches[0].clientX }, { passive: true })
  view.addEventListener('touchend', (event) => {
    const moved = event.changedTouches[0].clientX - startX
    if (Math.abs(moved) > SWIPE) turn(moved < 0 ? 1 : -1)
  })
}
