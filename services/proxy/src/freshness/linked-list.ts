/**
 * A place in a list, by which its item is taken out, once. It is a class, because V8 may allocate object literals in
 * the old generation at once (allocation site pretenuring), where they would keep alive whatever they refer to.
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
 * A list that is appended to and removed from anywhere, thousands of times a second. A `Set` would do, except for the
 * garbage collector: a set that grows or shrinks makes a new table, and the old table keeps its last members and a
 * reference to the new one. Once a dead table has reached the old generation, all later ones follow, each with its
 * members' whole requests. A removed place refers to nothing.
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

  /** @param place of this list, and not yet removed. */
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

  /** A copy of the current items. */
  items(): readonly Item[] {
    const items: Item[] = []
    for (let place = this.#first; place; place = place.next) items.push(place.item)
    return items
  }
}
