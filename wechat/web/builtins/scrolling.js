import { fire } from './shelf.js'

/** scroll-view, swiper and swiper-item. */
export function defineScrolling(define) {
  define('scroll-view', {
    properties: {
      scrollX: Boolean, scrollY: Boolean, scrollTop: Number, scrollLeft: Number, scrollIntoView: String, scrollWithAnimation: Boolean,
      enhanced: Boolean, showScrollbar: Boolean, enableFlex: Boolean, lowerThreshold: { type: Number, value: 50 },
    },
    reflected: ['scrollX', 'scrollY', 'enableFlex'],
    made() { watchScroll(this) },
    watch: {
      scrollTop(value) { if (value) this.node.scrollTop = value },
      scrollLeft(value) { if (value) this.node.scrollLeft = value },
      scrollIntoView(id) { if (id) reveal(this.node, id) },
    },
  })
  define('swiper', {
    properties: { current: Number, autoplay: Boolean, circular: Boolean, indicatorDots: Boolean, interval: Number, duration: Number },
    made() { watchSwipes(this) },
    watch: { current(value) { this.node.scrollLeft = value * this.node.clientWidth } },
  })
  define('swiper-item', { properties: { itemId: String } })
}

function watchScroll(part) {
  const node = part.node
  let near = false
  node.addEventListener('scroll', () => {
    fire(part, 'scroll', { scrollTop: node.scrollTop, scrollLeft: node.scrollLeft })
    const wasNear = near
    near = node.scrollTop + node.clientHeight > node.scrollHeight - part.data.lowerThreshold
    if (near && !wasNear) fire(part, 'scrolltolower', { direction: 'bottom' })
  })
}

function reveal(node, id) {
  // The child this names may be part of the same update and not yet be in the DOM.
  requestAnimationFrame(() => {
    const child = node.querySelector(`[id="${CSS.escape(id)}"]`)
    if (child) child.scrollIntoView({ block: 'start', inline: 'nearest' })
  })
}

function watchSwipes(part) {
  const node = part.node
  node.addEventListener('scrollend', () => {
    fire(part, 'change', { current: Math.round(node.scrollLeft / node.clientWidth), source: 'touch' })
  })
}
