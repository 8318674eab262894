const NAME = 'large-type'
const PHONE_IS_LARGE = 1.25

const on = () => Boolean(wx.getStorageSync(NAME))
const set = (value) => wx.setStorageSync(NAME, value)

/** Takes over the large letters of WeChat itself, unless the person has chosen here. */
function followPhone() {
  if (wx.getStorageSync(NAME) !== '') return
  const info = wx.getAppBaseInfo ? wx.getAppBaseInfo() : {}
  if ((info.fontSizeScaleFactor || 1) >= PHONE_IS_LARGE) set(true)
}

module.exports = { on, set, followPhone }
