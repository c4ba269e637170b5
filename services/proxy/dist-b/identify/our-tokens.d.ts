/** The tokens of ours in a header value: anywhere in it, or in the user or password of Basic. */
export declare function tokensInHeader(value: string): readonly string[]
/** The tokens of ours in a text that was decoded already. */
export declare function tokensIn(text: string): readonly string[]
/** Is one of ours in this text, in clear or percent-encoded? */
export declare function holdsOurs(text: string): boolean
/** The same of a header value, which may be Basic. */
export declare function headerHoldsOurs(value: string): boolean
