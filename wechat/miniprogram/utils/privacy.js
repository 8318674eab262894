// WeChat asks once for each phone; we ask once for each account and version of the notice. Both are settled by one tap.
const api = require('./api')
const session = require('./session')

let notice = null
let popup = null
let recording = Promise.resolve()

async function read() {
  notice = notice || (await api.get('/api/privacy-notice'))
  return notice
}

const isAgreed = () => Boolean(notice && session.account() && session.account().privacy_version === notice.version)

/** The popup of the page now shown stands in for all that need one. */
function showIn(component) {
  popup = component
  if (wx.onNeedPrivacyAuthorization) wx.onNeedPrivacyAuthorization((answer) => popup.open(answer))
}

function agree() {
  if (!notice || isAgreed()) return
  recording = session.agreeToPrivacy(notice.version)
  recording.catch(() => {})
}

/** Whether photos and places may be used now; asks if nobody has asked yet. */
async function permit() {
  await read()
  return isAgreed() || popup.ask()
}

/** Waits until the agreement is stored, and stores it again if that failed. */
async function recorded() {
  try {
    await recording
  } catch (_) {
    agree()
    await recording
  }
}

module.exports = { read, permit, agree, recorded, showIn }
