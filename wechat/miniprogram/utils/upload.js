const api = require('./api')
const keys = require('./keys')
const privacy = require('./privacy')

/** A photo just chosen; its key lives as long as it does, so a retry is never stored twice. */
const chosen = ({ tempFilePath }) => ({ path: tempFilePath, key: keys.fresh(), state: 'sending', percent: 0, problem: '' })

/** Sends one photo and answers how it stands then: sent with its id, or failed with a sentence. */
async function send(photo, told) {
  try {
    await privacy.recorded()
    const { id } = await api.upload('/api/photos', photo.path, { key: photo.key, told })
    return { ...photo, id, state: 'sent', percent: 100, problem: '' }
  } catch (error) {
    return { ...photo, state: 'failed', problem: error.message }
  }
}

/** A sentence when the photos are not ready to go along, else nothing. */
function notReady(photos) {
  if (photos.some((photo) => photo.state === 'sending')) return '照片还在上传，请稍等片刻再提交。'
  const failed = photos.filter((photo) => photo.state === 'failed').length
  return failed ? `有 ${failed} 张照片没有传上去，请点「重试」或删除。` : ''
}

module.exports = { chosen, send, notReady }
