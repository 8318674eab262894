import { defineBuiltins } from '../builtins/index.js'
import { createWx } from '../wx/index.js'
import { Address } from './address.js'
import { Engine } from './engine.js'
import { Frame } from './frame.js'
import { pressWithKeys } from './keyboard.js'
import { callLifecycle } from './lifecycle.js'
import { createLoader } from './modules.js'
import { PrivacyGate } from './privacy.js'
import { watchPull } from './refresh.js'
import { Router } from './router.js'

/** Run the mini-program that the build wrote into `window.__miniprogram`. */
export function startApp(miniprogram) {
  const engine = new Engine()
  const frame = new Frame(miniprogram)
  const router = new Router({ miniprogram, engine, frame, address: new Address() })
  const privacy = new PrivacyGate(window.__host.openid)
  const launch = router.startingPoint()
  window.wx = createWx({ miniprogram, router, frame, privacy, launch })
  defineBuiltins(engine.components, { wx: window.wx, privacy })
  const app = loadApp(miniprogram, engine, router)
  wire(router, frame)
  run(app, router, launch)
}

function wire(router, frame) {
  frame.connect(router)
  pressWithKeys()
  watchPull(frame.stage, router)
}

function loadApp({ config, modules, templates }, engine, router) {
  const load = createLoader(modules)
  let app = {}
  // Names that WeChat offers to every script; `getRegExp` and `getDate` belong to WXS.
  Object.assign(window, {
    global: window,
    App: (definition) => { app = definition },
    getApp: () => app,
    getCurrentPages: () => router.instances(),
    getRegExp: (source, flags) => new RegExp(source, flags),
    getDate: (...args) => new Date(...args),
  })
  engine.load(config, templates())
  load('app')
  // Components first: a page that uses them looks them up when it is defined.
  const names = Object.keys(config).sort((a, b) => config[a].page - config[b].page)
  names.forEach((name) => engine.define(name, load))
  return app
}

function run(app, router, launch) {
  callLifecycle(app, 'onLaunch', launch)
  callLifecycle(app, 'onShow', launch)
  document.addEventListener('visibilitychange', () => {
    callLifecycle(app, document.hidden ? 'onHide' : 'onShow', launch)
    router.visibility(!document.hidden)
  })
  router.start(launch)
}
