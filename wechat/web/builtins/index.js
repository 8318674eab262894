import { defineBoxes } from './boxes.js'
import { defineButton } from './button.js'
import { defineChoices } from './choices.js'
import { createShelf } from './shelf.js'
import { defineForms } from './forms.js'
import { defineMedia } from './media.js'
import { defineMisc } from './misc.js'
import { definePicker } from './picker.js'
import { defineScrolling } from './scrolling.js'
import { defineTextFields } from './text-fields.js'

const FAMILIES = [defineBoxes, defineScrolling, defineButton, defineForms, defineTextFields, defineChoices, definePicker, defineMedia, defineMisc]

/** Offer the mini-program's built-in components, each a host element `<wx-…>` with plain DOM inside. */
export function defineBuiltins(space, platform) {
  const define = createShelf(space)
  FAMILIES.forEach((family) => family(define, platform))
}
