const SENTENCES = {
  400: '请求有误，请返回上一页再试一次。',
  401: '登录已过期，请重新登录。',
  403: '您没有办理这一步的权限。',
  404: '没有找到，可能已经变动，请刷新后再看。',
  409: '这件事刚刚有了变化，请刷新后再看。',
  413: '照片太大，请换一张 10 MB 以内的。',
  415: '这种文件不能上传，请选择照片。',
  422: '有内容需要修改，请看标出的地方。',
  429: '操作太频繁，请稍后再试。',
  503: '系统正忙，请稍后再试。',
}
const UNKNOWN = '系统出了点问题，请稍后再试。'
const OFFLINE = '网络不通，请检查网络后再试一次。'
const OFFLINE_SENDING = '网络不通，请检查网络后再点一次，不会重复提交。'

function headerOf(header, name) {
  const found = Object.keys(header || {}).find((key) => key.toLowerCase() === name)
  return found ? header[found] : undefined
}

/** {"description": "…"} out of [{pointer: "#/description", detail: "…"}]; only the first part of a path counts. */
function byField(errors) {
  const fields = {}
  for (const { pointer, detail } of errors || []) {
    const name = String(pointer || '').replace(/^#?\//, '').split('/')[0]
    if (name && !fields[name]) fields[name] = detail
  }
  return fields
}

function sentence(status, document, seconds) {
  const said = document.title || SENTENCES[status] || UNKNOWN
  const waits = seconds > 0 && (status === 429 || status === 503)
  return waits ? `${said}（约 ${seconds} 秒后可以再试）` : said
}

/** The Error for a refusal: message for the whole, status, code, fields, and `first`, the sentence that helps most where
    fields have no room of their own; `settled` says that repeating cannot do it twice. */
function fromAnswer(status, data, header) {
  const document = data && typeof data === 'object' ? data : {}
  const seconds = Number(headerOf(header, 'retry-after')) || 0
  const error = new Error(sentence(status, document, seconds))
  const fields = byField(document.errors)
  const stillRunning = status === 409 && seconds > 0
  return Object.assign(error, {
    status,
    code: String(document.type || '').replace('/problems/', ''),
    detail: document.detail || '',
    fields,
    first: Object.values(fields)[0] || error.message,
    settled: status < 500 && !stillRunning,
  })
}

function offline(sending) {
  const error = new Error(sending ? OFFLINE_SENDING : OFFLINE)
  return Object.assign(error, { status: 0, code: 'offline', detail: '', fields: {}, first: error.message, settled: false })
}

module.exports = { fromAnswer, offline, headerOf }
