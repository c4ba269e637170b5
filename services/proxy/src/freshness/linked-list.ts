/**
 * A place in a list; whoever holds it takes it out, once. A class, since V8 may put what comes from a literal into the old
 * generation at once (allocation site pretenuring), where it would keep what it leads to.
 */
export class Place<Item> {
  readonly item: Item
  readonly list: LinkedList<Item>
  previous: Place<Item> | null
  next: Place<Item> | null = null

  constructor(item: Item, list: LinkedList<Item>, previous: Place<Item> | null) {
    this.item = item
    this.list = list
    this.previous = previous
  }
}

/**
 * What is put in at the end and taken out anywhere, thousands of times a second. A `Set` would do, but for the garbage
 * collector: a set that grows or shrinks makes a new table, and its old one keeps both its last members and the way to
 * the new one. Once a dead table has reached the old generation, all that come after it follow, with each member's
 * whole request. A place that was taken out leads nowhere.
 */
export class LinkedList<Item> {
  #first: Place<Item> | null = null
  #last: Place<Item> | null = null
  #size = 0

  get size(): number {
    return this.#size
  }

  add(item: Item): Place<Item> {
    const place = new Place(item, this, this.#last)
    if (this.#last) this.#last.next = place
    else this.#first = place
    this.#last = place
    this.#size += 1
    return place
  }

  /** @param place of this list, and in it. */
  remove(place: Place<Item>): void {
    const { previous, next } = place
    if (previous) previous.next = next
    else this.#first = next
    if (next) next.previous = previous
    else this.#last = previous
    place.previous = null
    place.next = null
    this.#size -= 1
  }

  /** Those that are there now. */
  items(): readonly Item[] {
    const items: Item[] = []
    for (let place = this.#first; place; place = place.next) items.push(place.item)
    return items
  }
}
