import { call, failure, failureOf } from './call.js'

const TIMEOUT_MS = 60000

/** request, uploadFile and downloadFile. Any HTTP status is a success; only a missing answer is a failure. */
export function requestCalls(files) {
  return {
    request: (options) => request(options),
    uploadFile: (options) => uploadFile(options, files),
    downloadFile: call('downloadFile', downloadFile),
  }
}

function request(options) {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(failure('timeout')), options.timeout || TIMEOUT_MS)
  settle('request', exchange(options, stop.signal).finally(() => clearTimeout(timer)), options)
  return { abort: () => stop.abort(failure('abort')), onHeadersReceived() {}, offHeadersReceived() {} }
}

async function exchange({ url, method = 'GET', data, header = {}, responseType, dataType = 'json' }, signal) {
  refuseOffline()
  const prepared = prepare(url, method.toUpperCase(), data, header)
  const answer = await fetch(prepared.url, { ...prepared.options, signal, credentials: 'omit', cache: 'no-store' }).catch(rethrow)
  const body = responseType === 'arraybuffer' ? await answer.arrayBuffer() : parse(await answer.text(), dataType)
  return { statusCode: answer.status, data: body, header: Object.fromEntries(answer.headers), cookies: [], errMsg: 'request:ok' }
}

function prepare(url, method, data, header) {
  const headers = Object.fromEntries(Object.entries(header).map(([name, value]) => [name.toLowerCase(), value]))
  const isObject = data && typeof data === 'object' && !(data instanceof ArrayBuffer)
  if (method === 'GET') return { url: isObject ? withQuery(url, data) : url, options: { method, headers } }
  if (data === undefined) return { url, options: { method, headers } }
  headers['content-type'] = headers['content-type'] || 'application/json'
  const encoded = headers['content-type'].includes('urlencoded') ? new URLSearchParams(data).toString() : JSON.stringify(data)
  return { url, options: { method, headers, body: isObject ? encoded : data } }
}

function withQuery(url, data) {
  const query = new URLSearchParams(data).toString()
  return query ? `${url}${url.includes('?') ? '&' : '?'}${query}` : url
}

function parse(text, dataType) {
  if (dataType !== 'json') return text
  try {
    return JSON.parse(text)
  } catch (error) {
    return text
  }
}

/** The sending of one file, with its progress, which only XMLHttpRequest tells. */
function uploadFile(options, files) {
  const sending = new XMLHttpRequest()
  const listeners = new Set()
  sending.upload.addEventListener('progress', ({ loaded, total }) => {
    const progress = total ? Math.round((loaded / total) * 100) : 0
    listeners.forEach((listen) => listen({ progress, totalBytesSent: loaded, totalBytesExpectedToSend: total }))
  })
  // One tick later, so that the page can ask for the progress first.
  settle('uploadFile', Promise.resolve().then(() => send(sending, options, files)), options)
  return {
    abort: () => sending.abort(),
    onProgressUpdate: (listen) => listeners.add(listen),
    offProgressUpdate: (listen) => listeners.delete(listen),
    onHeadersReceived() {},
    offHeadersReceived() {},
  }
}

function send(sending, { url, filePath, name, header = {}, formData = {}, timeout = TIMEOUT_MS }, files) {
  refuseOffline()
  const file = files.get(filePath)
  if (!file) throw failure('file not found')
  const form = new FormData()
  Object.entries(formData).forEach(([key, value]) => form.append(key, value))
  form.append(name, file, file.name)
  sending.open('POST', url)
  sending.timeout = timeout
  Object.entries(header).filter(([key]) => !/^content-type$/i.test(key)).forEach(([key, value]) => sending.setRequestHeader(key, value))
  return new Promise((resolve, reject) => {
    sending.onload = () => resolve({ statusCode: sending.status, data: sending.responseText, errMsg: 'uploadFile:ok' })
    sending.onerror = () => reject(failure('net::ERR_FAILED'))
    sending.ontimeout = () => reject(failure('timeout'))
    sending.onabort = () => reject(failure('abort'))
    sending.send(form)
  })
}

async function downloadFile({ url, header }) {
  refuseOffline()
  const answer = await fetch(url, { headers: header })
  return { statusCode: answer.status, tempFilePath: URL.createObjectURL(await answer.blob()) }
}

/** These calls return a task, never a promise, so they tell their callbacks themselves. */
function settle(name, work, { success, fail, complete }) {
  work.then((answer) => [answer, success], (error) => [failureOf(name, error), fail]).then(([answer, tell]) => {
    if (tell) tell(answer)
    if (complete) complete(answer)
  })
}

/** The service may run on this very machine and answer without any network; a phone could not reach it. */
function refuseOffline() {
  if (!navigator.onLine) throw failure('net::ERR_INTERNET_DISCONNECTED', { errno: 600001 })
}

function rethrow(error) {
  throw error instanceof TypeError ? failure('net::ERR_FAILED', { errno: 600001 }) : error
}
