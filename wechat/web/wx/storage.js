import { call, failure } from './call.js'

const LIMIT_KB = 10240

/** Storage of this phone alone: two phones in two tabs share the browser's, so every key carries the openid. */
export function storageCalls(openid) {
  const store = new Store(`mp:${openid}:`)
  return {
    getStorageSync: (key) => store.get(key),
    setStorageSync: (key, data) => store.set(key, data),
    removeStorageSync: (key) => store.remove(key),
    clearStorageSync: () => store.clear(),
    getStorageInfoSync: () => store.info(),
    getStorage: call('getStorage', ({ key }) => ({ data: store.demand(key) })),
    setStorage: call('setStorage', ({ key, data }) => store.set(key, data)),
    removeStorage: call('removeStorage', ({ key }) => store.remove(key)),
    clearStorage: call('clearStorage', () => store.clear()),
    getStorageInfo: call('getStorageInfo', () => store.info()),
  }
}

class Store {
  constructor(prefix) {
    this.prefix = prefix
  }

  /** The value, or an empty string where there is none, as WeChat answers. */
  get(key) {
    const text = localStorage.getItem(this.prefix + key)
    return text === null ? '' : JSON.parse(text)
  }

  demand(key) {
    if (localStorage.getItem(this.prefix + key) === null) throw failure('data not found')
    return this.get(key)
  }

  set(key, data) {
    localStorage.setItem(this.prefix + key, JSON.stringify(data === undefined ? '' : data))
  }

  remove(key) {
    localStorage.removeItem(this.prefix + key)
  }

  clear() {
    this.keys().forEach((key) => this.remove(key))
  }

  keys() {
    return Object.keys(localStorage).filter((key) => key.startsWith(this.prefix)).map((key) => key.slice(this.prefix.length))
  }

  info() {
    const keys = this.keys()
    const size = keys.reduce((sum, key) => sum + localStorage.getItem(this.prefix + key).length, 0)
    return { keys, currentSize: Math.ceil(size / 1024), limitSize: LIMIT_KB }
  }
}
