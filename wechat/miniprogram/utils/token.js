const NAME = 'token'
const SIGN_IN = '/pages/sign_in/sign_in'
let leaving = false

const read = () => wx.getStorageSync(NAME) || ''
const keep = (value) => wx.setStorageSync(NAME, value)
const forget = () => wx.removeStorageSync(NAME)
const header = () => (read() ? { Authorization: 'Bearer ' + read() } : {})

/** The address of the page now shown, so that signing in can lead back to it. */
function pageNow() {
  const page = getCurrentPages().slice(-1)[0]
  if (!page) return ''
  const query = Object.entries(page.options || {}).map(([name, value]) => name + '=' + value).join('&')
  return '/' + page.route + (query ? '?' + query : '')
}

/** Goes to the sign-in page once, however many calls were refused at the same time; false when it is already there. */
function refused() {
  const from = pageNow()
  if (from.startsWith(SIGN_IN)) return false
  if (leaving) return true
  leaving = true
  forget()
  const url = SIGN_IN + '?again=1&next=' + encodeURIComponent(from)
  wx.reLaunch({ url, complete: () => { leaving = false } })
  return true
}

module.exports = { read, keep, forget, header, refused }
