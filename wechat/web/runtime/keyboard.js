/** Enter and Space press what has the role of a control, as they do on HTML's own controls. */
export function pressWithKeys() {
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return
    if (event.repeat || !isTappable(event.target)) return
    event.preventDefault()
    event.target.click()
  })
}

function isTappable(node) {
  return node.localName.startsWith('wx-') && node.hasAttribute('tabindex')
}
