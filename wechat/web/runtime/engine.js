// glass-easel 0.12.1 is the component framework inside WeChat; everything we know of its ways stands in this file.
import { glassEasel, MiniProgramEnv } from '../vendor/glass_easel_miniprogram_adapter.es.js'
import { report } from './errors.js'
import { dispatchTaps } from './taps.js'

// Without this the `id` of an element is not written to the DOM; it must be set before the code space is made.
Object.assign(glassEasel.globalOptions, { throwGlobalError: false, writeIdToDOM: true })

/** The code space with all components of the mini-program, and the way to put a page on the screen. */
export class Engine {
  constructor() {
    const environment = new MiniProgramEnv()
    this.space = environment.createCodeSpace('', true)
    this.components = this.space.getComponentSpace()
    this.backend = environment.associateBackend(browserBackend())
    collectErrors()
    keepIdsPlain(this.space)
    announceReady(this.space, this.components)
  }

  /** Register templates and settings; the scripts follow through `define`. */
  load(config, templates) {
    for (const [name, { page, json, scope }] of Object.entries(config)) {
      this.space.addComponentStaticConfig(name, page ? json : { ...json, component: true })
      this.space.addCompiledTemplate(name, { groupList: templates, content: templates[name] })
      if (scope) this.space.addStyleSheet(name, undefined, scope)
    }
  }

  /** Run the script of a page or component with `Page`, `Component` and `Behavior` bound to it. */
  define(name, run) {
    this.space.componentEnv(name, ({ Page, Component, Behavior }) => {
      const known = (definition) => withKnownBehaviors(this.space, definition)
      Object.assign(window, {
        Page: (definition) => Page(known(definition)),
        Component: (definition) => Component(known(definition)),
        Behavior: (definition) => Behavior(known(definition)),
      })
      run(name)
    })
  }

  /** Put a new page into this DOM element. */
  mount(route, holder, prepare) {
    const placeholder = document.createElement('span')
    holder.append(placeholder)
    const root = this.backend.createRoot('wx-page-body', this.space, route)
    prepare(root.get())
    root.attach(holder, placeholder)
    return root
  }
}

function browserBackend() {
  const backend = new glassEasel.CurrentWindowBackendContext()
  // The engine passes no event on by itself. Its own taps are left out: see taps.js.
  backend.onEvent((target, type, detail, options) => {
    if (type !== 'tap') glassEasel.triggerEvent(target, type, detail, options)
  })
  dispatchTaps((target, detail, options) => glassEasel.triggerEvent(target, 'tap', detail, options))
  return backend
}

/** Errors inside handlers and lifetimes end here, not in the window's error event. */
function collectErrors() {
  glassEasel.addGlobalErrorListener((error) => {
    report(error)
    return false
  })
}

/** Ids get no prefix per component: one page's ids are unique, and forms and tests look for them. */
function keepIdsPlain(space) {
  const prepare = space.prepareComponentOptions.bind(space)
  space.prepareComponentOptions = (...args) => {
    const prepared = prepare(...args)
    prepared[0].idPrefixGenerator = null
    return prepared
  }
}

/** "ready" is for the host to fire: one tick after attached, for every component. */
function announceReady(space, components) {
  const lifetimes = {
    attached() {
      queueMicrotask(() => (this._$ || this).triggerLifetime('ready', []))
    },
  }
  space.setOverallBehavior(components.defineBehavior({ lifetimes }))
}

const FORM_FIELD = 'wx://form-field'
let formField

/** WeChat's own behaviors are named by strings, which the engine does not know. */
function withKnownBehaviors(space, definition) {
  if (!definition || !definition.behaviors) return definition
  formField = formField || space.behavior().definition({ properties: { name: String, value: null } }).register()
  const behaviors = definition.behaviors.map((one) => (one === FORM_FIELD ? formField : one)).filter((one) => typeof one !== 'string')
  return { ...definition, behaviors }
}
