"""What makes a page hard to use: small targets, small letters, sideways scrolling."""

from playwright.sync_api import Page

TARGETS = """
least => {
  const roles = '[role=button], [role=tab], [role=radio], .link, wx-switch, wx-checkbox'
  const parts = roles + ', button, a[href], input:not([type=hidden]), select, textarea'
  const shown = (node) => {
    const box = node.getBoundingClientRect()
    if (!box.width || !box.height || node.closest('[hidden], [aria-hidden=true]')) return false
    const style = getComputedStyle(node)
    // A link within a text is as high as its line; the guidelines leave it out.
    const isText = node.localName === 'a' && style.display === 'inline'
    return style.visibility !== 'hidden' && style.opacity !== '0' && !isText
  }
  // A tick is as large as the label that belongs to it, and so is whatever a label surrounds.
  const isTick = (node) => ['checkbox', 'radio'].includes(node.type)
  const labelOf = (node) => node.closest('label, wx-label') || (isTick(node) && node.labels[0])
  const whole = (node) => labelOf(node) || node.closest('wx-switch, wx-checkbox') || node
  const small = [...document.querySelectorAll(parts)].filter(shown).map(whole).filter((node) => {
    const box = node.getBoundingClientRect()
    return box.width < least - 0.5 || box.height < least - 0.5
  })
  return small.map((node) => {
    const box = node.getBoundingClientRect()
    const name = node.innerText || node.getAttribute('aria-label') || node.id || node.className
    const size = `${Math.round(box.width)}x${Math.round(box.height)}`
    return `${node.tagName.toLowerCase()} ${name.trim().slice(0, 30)} ${size}`
  })
}
"""
LETTERS = """
least => {
  const found = new Set()
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const node = walker.currentNode
    const parent = node.parentElement
    const unread = 'script, style, noscript, [hidden], [aria-hidden=true], header, nav, dialog'
    if (!node.data.trim() || parent.closest(unread) || !parent.getClientRects().length) continue
    const size = parseFloat(getComputedStyle(parent).fontSize)
    if (size < least) found.add(`${node.data.trim().slice(0, 20)} ${size}px`)
  }
  return [...found]
}
"""
SIDEWAYS = """
() => {
  const root = document.documentElement
  const wide = [...document.querySelectorAll('body *')].filter((node) => {
    if (node.closest('[hidden]')) return false
    return node.getBoundingClientRect().right > root.clientWidth + 1
  })
  if (root.scrollWidth <= root.clientWidth) return []
  return [root.scrollWidth + 'px', ...wide.slice(0, 5).map((node) => node.tagName + '.' + node.className)]
}
"""


def small_targets(page: Page, least: int = 44) -> list[str]:
    """What a finger would miss, each with its size in pixels."""
    return list(page.evaluate(TARGETS, least))


def small_letters(page: Page, least: float = 18) -> list[str]:
    """Texts below the size, but for bars and dialogs, which are WeChat's own."""
    return list(page.evaluate(LETTERS, least))


def sideways(page: Page) -> list[str]:
    """What makes the page wider than the screen; empty when it fits."""
    return list(page.evaluate(SIDEWAYS))
