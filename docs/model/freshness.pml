/* Freshness of the data plane (docs/freshness.md): change feed, horizons, leases, what Redis serves.
 *
 * Safety:   no request that STARTS after a writer's answer uses an older version (each `assert(false)` is one that does).
 * Progress: a writer can answer at most H+M ticks after it read the registry, whoever is dead (-DPROGRESS), and each
 *           intent is settled and answered although management crashes (-DLIVE, an ltl formula, weak fairness).
 *
 * -DOFF=<RULE> switches one rule off, and the checker finds a violation. `make model` runs all of it; README.md says how
 * to read what it finds.
 *
 * Every process may be arbitrarily slow; times are countdowns, so the run is not bounded in time. A message may be lost
 * or late; a dead or partitioned proxy makes no step. Redis is the worst there can be: it serves any sealed lease ever
 * written (loss, rollback, stale replica, late SET), to any proxy, whatever route it holds and be it cold. */

/* The rules, by their names in docs/freshness.md. */
#define RECORDFIRST  1     /* Sync: registry row COMMITTED, then the rows of the answer read, in a later snapshot */
#define LISTLATE     2     /* the writer reads the registry after the commit of its feed row */
#define FROZEN       3     /* it waits for the horizons of that ONE read; only `applied` is asked for again */
#define ECHO         4     /* an answer names its Sync; the horizon counts from the sending of THAT Sync */
#define SENT         5     /* ... from before the sending, not from the arrival of the answer */
#define HGRANTED     6     /* management says H and records the same H; a proxy has no H of its own */
#define UPSERT       7     /* a Sync whose registry row is gone makes it anew (or is refused) */
#define BOOT         8     /* one registry row per process start, never per pod name or certificate */
#define DURABLE      9     /* registry rows survive Postgres's crash: not UNLOGGED, synchronous_commit on */
#define SEQLOCK     10     /* feed numbers are taken under a lock held to commit */
#define CONTIG      11     /* a pushed row is taken only as applied+1; a push never moves the horizon */
#define APPLY       12     /* `applied` is reported after floor and eviction, not on receipt */
#define EVICT       13     /* applying a row drops what is held below it */
#define FENCE       14     /* what arrives below the floor is discarded */
#define HANDOVER    15     /* ... also for those who wait for the flight: checked for each, after it lands */
#define LABEL       16     /* the generation of a lease is the grant's (same read as the version id) */
#define RFLOOR      17     /* the floor holds for what Redis serves */
#define RTTL        18     /* not_after is inside the seal; Redis's own expiry counts for nothing */
#define TTL         19     /* not_after is absolute, not "so long from arrival" */
#define READTIME    20     /* a life counts from before the read it rests on, not from the signing */
#define CAP         21     /* a lease does not outlive the grant it was taken against */
#define CAS         22     /* step 3 only while the intent is still pending */
#define TOMB        23     /* before an intent is given up, its version id is closed at the vault */
#define RETRYWAITS  24     /* every answer that says "in force" waits for that state's row: retries, no-ops too */
#define RESET       25     /* who lacks rows that have left the window drops all that it holds (-DKEY) */
#define MARGIN      26     /* a recorded horizon is longer by more than a proxy's clock can lose in it */
#define WINDOW      27     /* the feed's window is longer than the longest life and what a clock can lose */
#ifndef OFF
#define OFF 0
#endif

/* The configuration. */
#ifndef NP
#define NP 2               /* proxies; the second is lean: it uses what Redis could serve, which includes what it
                              could hold itself (a lease is put into Redis the moment the vault gives it) */
#endif
#ifndef NW
#define NW 2               /* writers on the one secret, one change each; with -DNOISE the last changes another id,
                              with -DKEY the organization (and lease keys are held), with -DDELETE it deletes the secret */
#endif
#ifndef H
#define H 2                /* horizon */
#endif
#ifndef M
#if OFF == MARGIN
#define M 0
#else
#define M 1                /* here a clock loses one tick at most */
#endif
#endif
#ifndef G
#define G 2                /* life of a grant, route or session */
#endif
#ifndef L
#define L 3                /* life of a lease */
#endif
#if OFF == WINDOW
#define W G
#else
#define W (G+1)            /* the feed's window */
#endif
#ifdef CALM
#define FAULTS false       /* no crash, no lost Sync, no lost tick, nothing from Redis: a smaller search where a rule
                              that is off needs none of them */
#else
#define FAULTS true
#endif
#ifdef KEY
#define NOISE
#endif
#define on(r) (OFF != r)
#define HP   (on(HGRANTED) -> H : H+2)
#define R(p) (on(BOOT) -> p : 0)
#define IDLE 0
#define PUTTING 1          /* step 1 done: intent committed; PutSecret sent */
#define LIST 2             /* step 3 done: active and feed row committed; registry to be read */
#define WAIT 3             /* step 4 */
#define DONE 4             /* step 5: answered, in force */
#define FAILED 5           /* answered: refused or given up */
#define CRASHED 6          /* management died; the client may ask again */

/* management and vault. Versions are named by their generation, 1 is there, the successor of g is g+1 */
byte cur = 1, vhead = 1, nrow, vis;          /* current; the vault's newest; feed numbers taken; rows committed (mask) */
byte row_v[4], row_t[4];                     /* feed row: generation, ticks left in the window */
byte rh[NP], ra[NP];                         /* registry: ticks left of the recorded horizon (0: no row); applied */
byte st[NW], gen[NW], rown[NW], put[NW];     /* put: 0 none, 1 in flight, 2 stored, 3 refused */
bit pend[NW], tomb[NW], once[NW];
byte wh[NW*NP], age[NW];                     /* horizons as the writer read them; ticks since */
byte ans = 1;                                /* newest generation that an answer has called in force */
#ifdef DELETE
bit gone;                                    /* the secret is deleted */
#define GONE gone
#else
#define GONE false
#endif
/* proxies */
byte hz[NP], app[NP], got[NP];               /* own horizon; applied; rows really applied (mask) */
byte ss[NP], sy[NP], sa[NP], sm[NP];         /* Sync: stage, H from before it was sent, applied, rows read (mask) */
byte mv[NP], ml[NP], mt[NP];                 /* lease in memory: generation, its label, ticks to not_after */
byte fs[NP], fv[NP], ft[NP];                 /* fill: 1 route and grant read, 2 signed, 3 lease read by the vault */
bit slow[NP];                                /* this proxy's clock has lost its tick */
byte rd[4];                                  /* Redis: ticks to not_after of the longest sealed lease of a generation */
#ifdef KEY
byte orgcur = 1, organs = 1;                 /* the organization's generation; the one that an answer called in force */
byte kl[NP], kf[NP];                         /* lease key: its label (0: cold); the organization as the fill's route read it.
                                                It never ends by itself: an hour is longer than the window */
bit sr[NP], so[NP];                          /* the Sync's answer says RESET; it has the organization's row */
#endif
bit ever[4], known[NP]; byte rcv[NP];        /* for switched-off rules only */
byte i, j;                                   /* scratch, 0 between steps */

#define RF(p,k)   ((((got[p]>>k)&1) && row_t[k]) -> row_v[k] : 1)
#define MAX(a,b)  (a > b -> a : b)
#define FLOOR(p)  MAX(RF(p,1), MAX(RF(p,2), RF(p,3)))   /* kept for the feed's window, and no longer */
#define ORGROW    rown[NW-1]
#define ORGFLOOR(p) ((ORGROW && ((got[p]>>ORGROW)&1) && row_t[ORGROW]) -> 2 : 1)
#define PUSHED(p) (ORGROW == app[p]+1)
#define PRUNED(a,k) ((a) < k && ((vis>>k)&1) && row_t[k] == 0)
#define TOP(m)    ((m&8) -> 3 : ((m&4) -> 2 : ((m&2) -> 1 : 0)))
#define ACTIVE(w) (rown[w] && ((vis>>rown[w])&1))
/* A Sync that is on record, or on its way: it says what was applied before it was sent. */
#define TOLD(w,p) (ra[R(p)] >= rown[w] || sa[p] >= rown[w])
#define FREE(w,p) ((on(FROZEN) -> wh[(w)*NP+p] : rh[R(p)]) == 0 || TOLD(w,p))
#if NP == 1
#define ALLFREE(w) FREE(w,0)
#else
#define ALLFREE(w) (FREE(w,0) && FREE(w,1))
#endif
#ifdef NOISE
#define MINE(w) (w < NW-1)    /* it changes the secret */
#else
#define MINE(w) true
#endif
inline dec(x) { if :: x > 0 -> x-- :: else fi }
#define each(n, c) i = 0; do :: i < n -> c; i++ :: else -> break od; i = 0
inline drop(p) { mv[p] = 0; ml[p] = 0; mt[p] = 0 }
inline evict(p) {
	if :: on(EVICT) && ml[p] < FLOOR(p) -> drop(p) :: else fi
}
/* A lease key does not end by itself: the row has to be there, its age in the window does not help. */
inline evictkey(p, its) {
#ifdef KEY
	if :: on(EVICT) && (its) && kl[p] == 1 -> kl[p] = 0 :: else fi
#else
	skip
#endif
}
inline endsync(p) {
	ss[p] = 0; sy[p] = 0; sa[p] = 0; sm[p] = 0;
#ifdef KEY
	sr[p] = 0; so[p] = 0
#endif
}
inline endfill(p) {
	fs[p] = 0; fv[p] = 0; ft[p] = 0;
#ifdef KEY
	kf[p] = 0
#endif
}
inline record(p) {
	if :: !on(UPSERT) && known[p] && rh[R(p)] == 0 -> skip
	   :: else -> rh[R(p)] = H+M; ra[R(p)] = sa[p] fi
}
inline readrows(p) {
	sm[p] = vis;
#ifdef KEY
	sr[p] = on(RESET) && (PRUNED(sa[p],1) || PRUNED(sa[p],2) || PRUNED(sa[p],3));
	so[p] = ORGROW > sa[p] && ((vis>>ORGROW)&1) && row_t[ORGROW]
#endif
}
inline reset(p) {
#ifdef KEY
	if :: sr[p] -> drop(p); kl[p] = 0; endfill(p) :: else fi;
	evictkey(p, so[p])
#else
	skip
#endif
}
inline apply(p, mask) {
	got[p] = got[p] | (mask);
	if :: TOP(got[p]) > app[p] -> app[p] = TOP(got[p]) :: else fi; evict(p)
}
inline number(w) { nrow++; rown[w] = nrow }
inline activate(w) {
	if :: on(SEQLOCK) -> number(w) :: else fi;
	vis = vis | (1<<rown[w]); row_t[rown[w]] = W; pend[w] = 0;
	if :: MINE(w) -> row_v[rown[w]] = gen[w]; cur = gen[w] :: else -> row_v[rown[w]] = 1;
#ifdef KEY
		orgcur = 2
#endif
	fi
}
#ifdef DELETE
/* A version that was stored, and whose secret was deleted meanwhile, is superseded: there is nothing of it to wait for,
 * but there is the deletion's row. */
inline commit(w) {
	if
	:: gone && MINE(w) -> pend[w] = 0; rown[w] = TOP(vis)
	:: else -> activate(w)
	fi
}
#else
#define commit(w) activate(w)
#endif
inline readlist(w) { each(NP, wh[w*NP+i] = rh[R(i)]) }
inline forget(w) { age[w] = 0; each(NP, wh[w*NP+i] = 0) }
inline answer(w) {
	st[w] = DONE; forget(w);
	if
	:: MINE(w) && ans < gen[w] -> ans = gen[w]
	:: else ->
#ifdef KEY
		organs = 2
#endif
	fi
}
inline tick(loser) {
	i = 0;
	do
	:: i < NP ->
		if :: i != loser -> dec(hz[i]); dec(sy[i]); dec(mt[i]) :: else fi;
		dec(rh[i]); dec(ft[i]);
		if :: mt[i] == 0 -> mv[i] = 0; ml[i] = 0 :: else fi;
		if :: ft[i] == 0 && (on(TTL) || fs[i] != 3) -> endfill(i) :: else fi;
		j = 0; do :: j < NW -> dec(wh[j*NP+i]); j++ :: else -> break od;
		i++
	:: else -> break
	od;
	i = 1; do :: i < 4 -> dec(row_t[i]); dec(rd[i]); i++ :: else -> break od; j = 0;
#ifdef PROGRESS
	each(NW, if :: st[i] == WAIT && age[i] == H+M -> assert(ALLFREE(i)) :: st[i] == WAIT && age[i] < H+M -> age[i]++ :: else fi);
#endif
	i = 0
}
proctype Clock() {
end:	do
	:: d_step { true -> tick(NP) }
	:: d_step { FAULTS && !slow[0] -> slow[0] = 1; tick(0) }
	od
}
#define REDIS(p,v) (on(RTTL) -> rd[v] : (ever[v] -> L : 0)) > 0 && (v >= FLOOR(p) || !on(RFLOOR))
#define GET(v) :: d_step { FAULTS && p == 0 && REDIS(p,v) -> mv[p] = v; ml[p] = v; mt[p] = (on(RTTL) -> rd[v] : L) }
#define USE(v) :: d_step { p == 1 && hz[p] > 0 && REDIS(p,v) && v < ans -> assert(false) }
proctype Proxy(byte p) {
end:	do
	/* Directory.Sync: sent, recorded, rows read, answer arrives; or lost */
	:: d_step { ss[p] == 0 -> ss[p] = 1; sy[p] = HP; sa[p] = (on(APPLY) -> app[p] : rcv[p]) }
	:: d_step { ss[p] == 1 -> ss[p] = 2; if :: on(RECORDFIRST) -> record(p) :: else -> readrows(p) fi }
	:: d_step { ss[p] == 2 -> ss[p] = 3; if :: on(RECORDFIRST) -> readrows(p) :: else -> record(p) fi }
	:: d_step { ss[p] == 3 -> hz[p] = (on(SENT) -> sy[p] : HP);
		reset(p);
		if :: on(APPLY) -> apply(p, sm[p]) :: else -> rcv[p] = TOP(sm[p]) fi;
		if :: !on(UPSERT) -> known[p] = 1 :: else fi; endsync(p) }
	:: d_step { FAULTS && ss[p] > 0 -> endsync(p) }
	:: d_step { !on(ECHO) && ss[p] > 0 && sy[p] < HP -> sy[p] = HP }            /* sent again, first answer taken */
	:: d_step { !on(APPLY) && rcv[p] > app[p] -> apply(p, 1<<(app[p]+1)) }
	/* a pushed row, as late as you like */
	:: d_step { on(APPLY) && ((vis>>(app[p]+1))&1) -> evictkey(p, PUSHED(p)); apply(p, 1<<(app[p]+1)) }
	:: d_step { !on(CONTIG) && app[p] == 0 && (vis&4) -> apply(p, 4) }
	/* ResolveRoute and LeaseSecrets; the vault serves the very version that the grant names */
	:: d_step { p == 0 && fs[p] == 0 && !GONE -> fs[p] = 1; fv[p] = cur; ft[p] = G;
#ifdef KEY
		kf[p] = orgcur
#endif
		}
	:: d_step { !on(READTIME) && fs[p] == 1 -> fs[p] = 2; ft[p] = G }
	:: d_step { fs[p] == 1 || fs[p] == 2 -> fs[p] = 3;
		ft[p] = (on(CAP) && ft[p] < L -> ft[p] : L);
		if :: FAULTS && rd[fv[p]] < ft[p] && on(LABEL) -> rd[fv[p]] = ft[p] :: else fi;
		if :: !on(RTTL) -> ever[fv[p]] = 1 :: else fi }
	:: d_step { fs[p] == 3 ->
		if :: !on(HANDOVER) -> assert(hz[p] == 0 || fv[p] >= ans) :: else fi;
		if :: fv[p] >= FLOOR(p) || !on(FENCE) || !on(LABEL) ->
			mv[p] = fv[p]; ml[p] = (on(LABEL) -> fv[p] : FLOOR(p)); mt[p] = (on(TTL) -> ft[p] : L)
		:: else fi;
#ifdef KEY
		/* with the lease comes the lease key, which rests on the organization as the route has read it */
		if :: kf[p] >= ORGFLOOR(p) || !on(FENCE) -> kl[p] = kf[p] :: else fi;
#endif
		endfill(p) }
	GET(1) GET(2) GET(3) USE(1) USE(2)
	/* a request starts now and takes the lease from memory */
	:: d_step { hz[p] > 0 && mt[p] > 0 && mv[p] < ans -> assert(false) }
#ifdef KEY
	/* ... and opens what others share, by a key that a deletion's answer had called gone */
	:: d_step { hz[p] > 0 && kl[p] > 0 && kl[p] < organs -> assert(false) }
#endif
	/* kill -9, new process; the writer need not even wait for the dead one (worse than the truth) */
	:: d_step { FAULTS -> hz[p] = 0; app[p] = 0; got[p] = 0; drop(p); endfill(p); endsync(p);
#ifdef KEY
		kl[p] = 0;
#endif
		known[p] = 0; rcv[p] = 0; if :: on(BOOT) -> rh[p] = 0; ra[p] = 0; each(NW, wh[i*NP+p] = 0) :: else fi }
	:: d_step { !on(DURABLE) && rh[p] > 0 -> rh[p] = 0; ra[p] = 0 }             /* Postgres crashed */
	od
}
proctype Writer(byte w) {
end:	do
#ifdef DELETE
	:: d_step { st[w] == IDLE && w == NW-1 -> st[w] = LIST; gen[w] = cur+1; activate(w); gone = 1 }
#define WRITES (w < NW-1 && !gone)
#else
#define WRITES true
#endif
	:: d_step { st[w] == IDLE && WRITES -> st[w] = PUTTING; pend[w] = 1; gen[w] = cur+1; put[w] = 1;
		if :: !on(SEQLOCK) -> number(w) :: else fi;
		if :: !on(LISTLATE) -> readlist(w) :: else fi }
	/* the put reaches the vault, perhaps long after its sender died or was given up */
	:: d_step { put[w] == 1 ->
		if :: !MINE(w) -> put[w] = 2
		:: MINE(w) && !tomb[w] && vhead == gen[w]-1 -> vhead = gen[w]; put[w] = 2
		:: else -> put[w] = 3; /* nothing in the way and yet refused: this secret could never be replaced again */
			assert(tomb[w] || gen[w]-1 != cur || (NW > 1 && pend[NW-1-w] && MINE(NW-1-w)))
		fi }
	:: d_step { st[w] == PUTTING && put[w] == 3 -> pend[w] = 0; st[w] = FAILED }
	:: d_step { st[w] == PUTTING && put[w] == 2 && nrow < 3 && (pend[w] || !on(CAS)) -> commit(w);
		if :: GONE && !on(RETRYWAITS) -> answer(w) :: else -> st[w] = LIST fi }
	:: d_step { st[w] == PUTTING && !pend[w] && on(CAS) -> st[w] = (ACTIVE(w) -> LIST : FAILED) }
	:: d_step { st[w] == LIST -> st[w] = WAIT; if :: on(LISTLATE) -> readlist(w) :: else fi }
	:: d_step { st[w] == WAIT && ALLFREE(w) -> answer(w) }
	/* management crashes; the client asks again (Idempotency-Key, same externalVersion, a second DELETE) */
	:: d_step { FAULTS && (st[w] == PUTTING || st[w] == LIST || st[w] == WAIT) && !once[w] -> st[w] = CRASHED; forget(w);
#ifdef LIVE
		once[w] = 1
#endif
		}
	:: d_step { st[w] == CRASHED && ACTIVE(w) -> if :: on(RETRYWAITS) -> st[w] = LIST :: else -> answer(w) fi }
	:: d_step { st[w] == CRASHED && !ACTIVE(w) && !pend[w] -> st[w] = FAILED }
	/* the reconciler: it cannot know whether the writer is dead or slow */
	:: d_step { pend[w] && put[w] == 2 -> commit(w) }
	:: d_step { pend[w] && put[w] != 2 -> pend[w] = 0; if :: on(TOMB) -> tomb[w] = 1 :: else fi }
	od
}
init { atomic { run Clock(); each(NP, run Proxy(i)); each(NW, run Writer(i)) } }
#ifdef LIVE
ltl settled { <> (st[0] == DONE || st[0] == FAILED) }
#endif
