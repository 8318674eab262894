// The engine makes a tap from touchend; the browser's click that follows then hits whatever the tap has just put
// under the finger. Here the click itself is the tap, for finger, mouse and keyboard alike.
let inside = false

/** Turn every click on a part of the mini-program into a tap. */
export function dispatchTaps(trigger) {
  document.body.addEventListener('click', (event) => {
    const target = partAt(event.target)
    if (!target) return
    const detail = { x: event.clientX, y: event.clientY }
    duringTap(() => trigger(target, detail, { originalEvent: event, bubbles: true, composed: true, capturePhase: true }))
  })
}

/** Run this as part of a tap. WeChat lets some calls through only then, before anything asynchronous. */
export function duringTap(work) {
  inside = true
  setTimeout(() => { inside = false })
  return work()
}

export function isInsideTap() {
  return inside
}

function partAt(node) {
  while (node && !node.__wxElement) node = node.parentNode
  return node && node.__wxElement
}
