import { element } from '../runtime/element.js'
import { fire } from './shelf.js'

const FITS = { aspectFit: 'contain', aspectFill: 'cover', scaleToFill: 'fill', center: 'none' }

/** image, cover-image and a map that only names its place. */
export function defineMedia(define) {
  defineImage(define, 'image')
  defineImage(define, 'cover-image')
  defineMap(define)
}

function defineImage(define, tag) {
  define(tag, {
    properties: { src: String, mode: { type: String, value: 'scaleToFill' }, lazyLoad: Boolean, webp: Boolean, showMenuByLongpress: Boolean },
    made() {
      this.image = this.node.appendChild(element('img', { alt: '' }))
      this.image.onload = () => fire(this, 'load', { width: this.image.naturalWidth, height: this.image.naturalHeight })
      this.image.onerror = () => fire(this, 'error', { errMsg: 'image load fail' })
    },
    watch: {
      src(value) { setSource(this.image, value) },
      lazyLoad(value) { this.image.loading = value ? 'lazy' : 'eager' },
      ariaLabel(value) { this.image.alt = value || '' },
      mode(value) {
        this.image.style.objectFit = FITS[value] || 'fill'
        if (value === 'widthFix') this.node.style.height = 'auto'
        if (value === 'heightFix') this.node.style.width = 'auto'
      },
    },
  })
}

function setSource(image, address) {
  if (!address) image.removeAttribute('src')
  // The root of the package is the folder of this page.
  else image.src = address.startsWith('/') ? `.${address}` : address
}

function defineMap(define) {
  const name = function nameThePlace() {
    const { latitude, longitude, markers } = this.data
    const titles = markers.map((marker) => marker.title).filter(Boolean)
    this.text.textContent = ['地图只在微信里显示', ...titles, `${latitude}, ${longitude}`].join('\n')
  }
  define('map', {
    properties: {
      latitude: Number, longitude: Number, markers: { type: Array, value: [] }, polygons: { type: Array, value: [] },
      scale: Number, showLocation: Boolean, enableScroll: Boolean, enableZoom: Boolean,
    },
    made() { this.text = this.node.appendChild(element('span')) },
    watch: { latitude: name, longitude: name, markers: name },
  })
}
