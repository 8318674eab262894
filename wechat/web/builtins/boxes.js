const KINDS = { navigate: 'navigateTo', redirect: 'redirectTo', switchTab: 'switchTab', reLaunch: 'reLaunch', navigateBack: 'navigateBack' }

/** view and its kin, text, navigator. */
export function defineBoxes(define, { wx }) {
  for (const tag of ['view', 'cover-view', 'root-portal', 'page-meta']) define(tag, { properties: { rootFontSize: String } })
  define('text', { properties: { userSelect: Boolean, selectable: Boolean, space: String, decode: Boolean } })
  define('navigator', {
    properties: { url: String, openType: { type: String, value: 'navigate' }, delta: { type: Number, value: 1 } },
    made() {
      this.node.setAttribute('role', 'link')
      this.node.tabIndex = 0
    },
    tapped() {
      const { url, openType, delta } = this.data
      wx[KINDS[openType]]({ url, delta, fail: (error) => console.error(error.errMsg) })
    },
  })
}
