/**
 * What a header field's name says by itself, remembered by the name as it was spelt. Whoever makes up names has them
 * all forgotten now and then, which costs time and nothing else.
 */
export declare function nameMemo<Told>(tell: (name: string) => Told): (name: string) => Told
