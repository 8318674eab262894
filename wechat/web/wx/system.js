import { askInput } from './sheets.js'
import { call, cancelled } from './call.js'

const SDK_VERSION = '3.8.0'

/** What the phone is and can do: sizes, network, clipboard, calls, scanning. */
export function systemCalls({ frame, launch }) {
  const sizes = () => windowInfo(frame)
  return {
    getWindowInfo: sizes,
    getDeviceInfo: deviceInfo,
    getAppBaseInfo: appInfo,
    getSystemInfoSync: () => ({ ...sizes(), ...deviceInfo(), ...appInfo() }),
    getSystemInfo: call('getSystemInfo', () => ({ ...sizes(), ...deviceInfo(), ...appInfo() })),
    getMenuButtonBoundingClientRect: () => ({ width: 0, height: 0, top: 0, right: 0, bottom: 0, left: 0 }),
    getLaunchOptionsSync: () => launch,
    getEnterOptionsSync: () => launch,
    ...networkCalls(),
    ...deviceCalls(),
    ...quietCalls(),
  }
}

function windowInfo({ stage, screen }) {
  const { clientWidth: width, clientHeight: height } = screen
  return {
    windowWidth: stage.clientWidth, windowHeight: stage.clientHeight, screenWidth: width, screenHeight: height,
    pixelRatio: devicePixelRatio, statusBarHeight: 0, safeArea: { top: 0, left: 0, right: width, bottom: height, width, height },
  }
}

function deviceInfo() {
  return { platform: 'browser', brand: 'browser', model: 'browser', system: 'browser' }
}

/** `?font=1.4` plays a phone on which WeChat's letters were made larger. */
function appInfo() {
  const fontSizeScaleFactor = Number(new URLSearchParams(location.search).get('font')) || 1
  const letters = { fontSizeScaleFactor, fontSizeSetting: 16 * fontSizeScaleFactor }
  return { SDKVersion: SDK_VERSION, version: '8.0.50', language: 'zh_CN', theme: 'light', ...letters }
}

function networkCalls() {
  const listeners = new Map()
  const type = () => (navigator.onLine ? 'wifi' : 'none')
  const listen = (listener) => {
    const tell = () => listener({ isConnected: navigator.onLine, networkType: type() })
    listeners.set(listener, tell)
    for (const name of ['online', 'offline']) addEventListener(name, tell)
  }
  const forget = (listener) => {
    for (const name of ['online', 'offline']) removeEventListener(name, listeners.get(listener))
  }
  return { getNetworkType: call('getNetworkType', () => ({ networkType: type() })), onNetworkStatusChange: listen, offNetworkStatusChange: forget }
}

function deviceCalls() {
  return {
    makePhoneCall: call('makePhoneCall', ({ phoneNumber }) => { location.href = `tel:${phoneNumber}` }),
    setClipboardData: call('setClipboardData', async ({ data }) => {
      await navigator.clipboard.writeText(data)
      window.wx.showToast({ title: '内容已复制', icon: 'none' })
    }),
    scanCode: call('scanCode', () => new Promise((resolve, reject) => {
      const onAnswer = (result) => (result ? resolve({ result, scanType: 'QR_CODE' }) : reject(cancelled()))
      askInput({ label: '输入二维码的内容', input: { type: 'text' }, onAnswer, onCancel: () => reject(cancelled()) })
    })),
    nextTick: (work) => setTimeout(work),
    env: { USER_DATA_PATH: '' },
  }
}

/** Calls that matter on a phone alone and succeed quietly here. */
function quietCalls() {
  const names = ['vibrateShort', 'vibrateLong', 'showShareMenu', 'hideShareMenu', 'hideKeyboard', 'hideHomeButton']
  const updates = { onCheckForUpdate() {}, onUpdateReady() {}, onUpdateFailed() {}, applyUpdate() {} }
  return { ...Object.fromEntries(names.map((name) => [name, call(name, () => ({}))])), getUpdateManager: () => updates }
}
