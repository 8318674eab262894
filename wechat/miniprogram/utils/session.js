const api = require('./api')
const token = require('./token')

const NAME = 'account'
const RESIDENT_START = '/pages/report/report'
const WORKER_START = '/worker/pages/pool/pool'
const TABS = [RESIDENT_START, '/pages/mine/mine', '/pages/inbox/inbox']

const account = () => wx.getStorageSync(NAME) || null
const isSignedIn = () => Boolean(token.read() && account())
const isWorker = () => Boolean(account() && account().roles.includes('grid_worker'))

function remember(fresh) {
  wx.setStorageSync(NAME, fresh)
  return fresh
}

/** WeChat's code becomes a session of ours; the service alone sees who it is. */
async function signIn() {
  const { code } = await wx.login()
  const answer = await api.post('/api/sessions', { code })
  token.keep(answer.token)
  return remember(answer.account)
}

async function signOut() {
  try {
    await api.remove('/api/sessions/current')
  } finally {
    token.forget()
    wx.removeStorageSync(NAME)
    wx.reLaunch({ url: '/pages/sign_in/sign_in' })
  }
}

const refresh = async () => remember(await api.get('/api/account'))
const bindPhone = async (code) => remember(await api.post('/api/account/phone', { code }))
const keepHome = async (home) => remember(await api.put('/api/account/home', home))
const agreeToPrivacy = async (version) => remember(await api.post('/api/account/privacy-consent', { version }))

/** Opens the page a person wanted before signing in, else the first page of the role. */
function enter(next) {
  const url = next || (isWorker() ? WORKER_START : RESIDENT_START)
  if (TABS.includes(url)) wx.switchTab({ url })
  else wx.reLaunch({ url })
}

module.exports = { account, isSignedIn, isWorker, signIn, signOut, refresh, bindPhone, keepHome, agreeToPrivacy, enter }
