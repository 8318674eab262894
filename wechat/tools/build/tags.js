'use strict'

/** The built-in components that web/builtins/ offers. */
const BUILT_IN = [
  'view', 'text', 'button', 'input', 'textarea', 'image', 'icon', 'checkbox-group', 'checkbox', 'radio-group', 'radio',
  'switch', 'slider', 'label', 'form', 'picker', 'navigator', 'scroll-view', 'swiper', 'swiper-item', 'progress',
  'rich-text', 'map', 'page-meta', 'cover-view', 'cover-image', 'root-portal',
]

/** Tags of the template language itself. */
const STRUCTURE = ['block', 'template', 'import', 'include', 'wxs', 'slot']

module.exports = { BUILT_IN, STRUCTURE }
