const api = require('./api')
const largeType = require('./large_type')
const token = require('./token')

const NAME = 'account'
const RESIDENT_START = '/pages/report/report'
const WORKER_START = '/worker/pages/pool/pool'
const PARTNER_START = '/partner/pages/tasks/tasks'
const TABS = [RESIDENT_START, '/pages/mine/mine', '/pages/inbox/inbox']

const account = () => wx.getStorageSync(NAME) || null
const isSignedIn = () => Boolean(token.read() && account())
const isOneOf = (...roles) => Boolean(account() && roles.some((role) => account().roles.includes(role)))
const isWorker = () => isOneOf('grid_worker', 'unit_worker')
const isPartner = () => isOneOf('partner', 'unit_worker')

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

/** Once the account is closed for good, nothing of it stays on the phone but the size of the letters. */
async function closeAccount() {
  await api.remove('/api/account')
  const large = largeType.on()
  wx.clearStorageSync()
  largeType.set(large)
}

const refresh = async () => remember(await api.get('/api/account'))
const bindPhone = async (code) => remember(await api.post('/api/account/phone', { code }))
const keepHome = async (home) => remember(await api.put('/api/account/home', home))
const agreeToPrivacy = async (version) => remember(await api.post('/api/account/privacy-consent', { version }))

const start = () => (isWorker() ? WORKER_START : isPartner() ? PARTNER_START : RESIDENT_START)

/** Opens the page a person wanted before signing in, else the first page of the role. */
function enter(next) {
  const url = next || start()
  if (TABS.includes(url)) wx.switchTab({ url })
  else wx.reLaunch({ url })
}

/** Opens an order that is not this person's own as a reporter, on the side of their work; false where they have none. */
function openWork(number) {
  if (!isWorker() && !isPartner()) return false
  wx.redirectTo({ url: isWorker() ? '/worker/pages/order/order?number=' + number : PARTNER_START })
  return true
}

module.exports = {
  PARTNER_START, account, isSignedIn, isWorker, isPartner, signIn, signOut, closeAccount, refresh, bindPhone, keepHome, agreeToPrivacy, enter,
  openWork,
}
