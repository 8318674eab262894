/** An order in a list; with `working`, in the words of the person who handles it. */
Component({ properties: { order: Object, working: Boolean } })
