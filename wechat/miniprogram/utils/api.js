// The only file that talks to the service: token, keys against doing things twice, sentences for what goes wrong.
const { config } = require('../config')
const keys = require('./keys')
const problems = require('./problems')
const token = require('./token')

const CALL_MS = 15000
const UPLOAD_MS = 60000

function settle({ statusCode, data, header }, resolve, reject) {
  // The page that asked is about to be closed, so nobody waits for this answer any more.
  if (statusCode === 401 && token.refused()) return
  if (statusCode >= 400) reject(problems.fromAnswer(statusCode, data, header))
  else resolve({ status: statusCode, data, header })
}

function call(method, path, body, header) {
  return new Promise((resolve, reject) => wx.request({
    url: config.base + path,
    method,
    data: body,
    timeout: CALL_MS,
    header: { ...token.header(), ...header },
    success: (answer) => settle(answer, resolve, reject),
    fail: () => reject(problems.offline(method === 'POST')),
  }))
}

function withQuery(path, query) {
  const parts = Object.entries(query || {})
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => name + '=' + encodeURIComponent(value))
  return parts.length ? path + '?' + parts.join('&') : path
}

const get = async (path, query) => (await call('GET', withQuery(path, query))).data

/** Asks again for something already seen; answers {changed, etag, data}, where data is missing if nothing changed. */
async function poll(path, etag) {
  const answer = await call('GET', path, undefined, etag ? { 'If-None-Match': etag } : {})
  if (answer.status === 304) return { changed: false, etag }
  return { changed: true, etag: problems.headerOf(answer.header, 'etag'), data: answer.data }
}

/** Does a thing once: without a key of the caller's, the same command keeps its own key until it is answered. */
async function post(path, body = {}, { key } = {}) {
  const command = path + JSON.stringify(body)
  const header = { 'Content-Type': 'application/json', 'Idempotency-Key': key || keys.forCommand(command) }
  try {
    const answer = await call('POST', path, body, header)
    keys.answered(command)
    return answer.data
  } catch (error) {
    if (error.settled) keys.answered(command)
    throw error
  }
}

/** Asks something that changes nothing and is too long or too private for an address; needs no key. */
const ask = async (path, body) => (await call('POST', path, body, { 'Content-Type': 'application/json' })).data

const put = async (path, body) => (await call('PUT', path, body, { 'Content-Type': 'application/json' })).data

const remove = async (path) => (await call('DELETE', path)).data

function readText(answer) {
  try {
    return { ...answer, data: JSON.parse(answer.data) }
  } catch (_) {
    return answer
  }
}

/** Sends one file; `told` hears the percentage as it goes. */
function upload(path, filePath, { key, told }) {
  return new Promise((resolve, reject) => {
    const task = wx.uploadFile({
      url: config.base + path,
      filePath,
      name: 'file',
      timeout: UPLOAD_MS,
      header: { ...token.header(), 'Idempotency-Key': key },
      success: (answer) => settle(readText(answer), (good) => resolve(good.data), reject),
      fail: () => reject(problems.offline(true)),
    })
    if (told && task && task.onProgressUpdate) task.onProgressUpdate(({ progress }) => told(progress))
  })
}

/** The full address of a photo, whose own address starts at the service's root. */
const address = (url) => (url && url.startsWith('/') ? config.base + url : url)

module.exports = { get, poll, ask, post, put, remove, upload, address }
