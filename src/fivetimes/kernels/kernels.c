/* Arrays -> arrays: the compiled loops of the search, as `database.py`, `seeds.py`, `matching.py`, `growth.py` and `chains.py` describe
   them: what each loop is given, what it gives, and in which unit, stands there, beside the function that calls it.

   It is compiled to WebAssembly (`tools/build_kernels.py`) and shipped as `kernels.wasm`, one file for every system; no compiler is needed
   where it is used. Each structure below is a row of fields of eight bytes, as `webassembly.py` writes it. What a loop gives is written
   to `results`: an address and a number of entries for each array. Memory that a loop takes is given back all at once, by the caller.
   Every loop has a slow twin in `tests/oracles.py`. */

#include <math.h>
#include <stdint.h>

typedef int32_t i32;
typedef int64_t i64;
typedef double f64;
typedef uint8_t u8;

#define FIELD _Alignas(8)

typedef struct {
    FIELD i64 address;
    FIELD i64 entries;
} Result;

/* ---- memory */

uintptr_t top; /* what lies behind it is free; the caller sets it before each call */

static const uint64_t ADDRESSES = 1ull << 32; /* bytes; what 32 bits can tell apart */

static void *room(i64 bytes) {
    uintptr_t at = top;
    uint64_t end = (uint64_t)at + (((uint64_t)(bytes > 0 ? bytes : 0) + 7) & ~7ull);
    if (bytes > (i64)ADDRESSES || end >= ADDRESSES) __builtin_trap(); /* before a count of pages is cut to 32 bits */
    uint64_t have = (uint64_t)__builtin_wasm_memory_size(0) << 16;
    if (end > have) {
        uint64_t pages = (end - have + 0xffff) >> 16;
        /* more than is needed now, so that the next demand does not ask again */
        uint64_t ample = pages + (have >> 18) + 16;
        if (__builtin_wasm_memory_grow(0, ample) == (uintptr_t)-1 && __builtin_wasm_memory_grow(0, pages) == (uintptr_t)-1)
            __builtin_trap();
    }
    top = (uintptr_t)end;
    return (void *)at;
}

#define NEW(type, count) ((type *)room((i64)(count) * (i64)sizeof(type)))

static void fill(void *where, u8 byte, i64 bytes) { __builtin_memset(where, byte, (uintptr_t)bytes); }

static void given(Result *result, const void *where, i64 entries) {
    result->address = (i64)(uintptr_t)where;
    result->entries = entries;
}

static i64 lesser(i64 a, i64 b) { return a < b ? a : b; }
static i64 greater(i64 a, i64 b) { return a > b ? a : b; }

/* The numbers from 0 in order of falling score, equal ones in the order in which they stand. */
static i64 *best_first(const f64 *score, i64 count) {
    i64 *from = NEW(i64, count), *to = NEW(i64, count);
    for (i64 i = 0; i < count; i++) from[i] = i;
    for (i64 width = 1; width < count; width *= 2) {
        for (i64 low = 0; low < count; low += 2 * width) {
            i64 middle = lesser(low + width, count), high = lesser(low + 2 * width, count);
            i64 x = low, y = middle;
            for (i64 at = low; at < high; at++) {
                if (x < middle && (y == high || score[from[x]] >= score[from[y]])) to[at] = from[x++];
                else to[at] = from[y++];
            }
        }
        i64 *swapped = from;
        from = to;
        to = swapped;
    }
    return from;
}

static void sort_numbers(i64 *numbers, i64 count) {
    i64 *from = numbers, *to = NEW(i64, count);
    for (i64 width = 1; width < count; width *= 2) {
        for (i64 low = 0; low < count; low += 2 * width) {
            i64 middle = lesser(low + width, count), high = lesser(low + 2 * width, count);
            i64 x = low, y = middle;
            for (i64 at = low; at < high; at++) {
                if (x < middle && (y == high || from[x] <= from[y])) to[at] = from[x++];
                else to[at] = from[y++];
            }
        }
        i64 *swapped = from;
        from = to;
        to = swapped;
    }
    if (from != numbers) __builtin_memcpy(numbers, from, (uintptr_t)count * sizeof(i64));
}

/* ---- the sequence database */

typedef struct {
    FIELD const i32 *levels;
    FIELD const i32 *block;
    FIELD const f64 *clock;
    FIELD const i32 *value_start;
    FIELD const i32 *values;
    FIELD const i32 *free;
    FIELD const i32 *rank;
    FIELD const i64 *begin;
    FIELD const i32 *living;
    FIELD i64 depth;
    FIELD i64 left; /* free rows */
} Database;

static void postings(const i32 *levels, i32 rows, i32 depth, i32 tokens, Result *results) {
    i64 *start = NEW(i64, tokens + 1), *at = NEW(i64, tokens);
    fill(start, 0, (tokens + 1) * (i64)sizeof(i64));
    for (i64 i = 0; i < rows; i++)
        for (i32 d = 0; d < depth; d++)
            if (d == 0 || levels[i * depth + d] != levels[i * depth + d - 1]) start[levels[i * depth + d] + 1]++;
    for (i32 t = 0; t < tokens; t++) {
        start[t + 1] += start[t];
        at[t] = start[t];
    }
    i32 *where = NEW(i32, start[tokens]);
    for (i64 i = 0; i < rows; i++)
        for (i32 d = 0; d < depth; d++)
            if (d == 0 || levels[i * depth + d] != levels[i * depth + d - 1]) where[at[levels[i * depth + d]]++] = (i32)i;
    given(results, start, tokens + 1);
    given(results + 1, where, start[tokens]);
}

static void living(const i64 *start, const i32 *where, const i32 *rank, i32 tokens, Result *results) {
    i64 *begin = NEW(i64, tokens + 1);
    i32 *ranks = NEW(i32, start[tokens]);
    i64 n = 0;
    begin[0] = 0;
    for (i32 t = 0; t < tokens; t++) {
        for (i64 at = start[t]; at < start[t + 1]; at++) {
            i32 r = rank[where[at]];
            if (r >= 0) ranks[n++] = r;
        }
        begin[t + 1] = n;
    }
    given(results, begin, tokens + 1);
    given(results + 1, ranks, n);
}

/* The first index in [low, high) of rising ranks that holds `rank` or more, `high` where none does: by galloping search, in ever longer
   strides from `low`, for what is near is found at once. */
static i64 first_from(const i32 *ranks, i64 low, i64 high, i64 rank) {
    i64 stride = 1;
    while (low + stride < high && ranks[low + stride] < rank) {
        low += stride;
        stride *= 2;
    }
    high = lesser(high, low + stride);
    while (low < high) {
        i64 middle = (low + high) / 2;
        if (ranks[middle] < rank) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* Whether two rows hold a common value. */
static int shares_value(i64 i, i64 j, const i32 *value_start, const i32 *values) {
    i32 x = value_start[i], y = value_start[j], end_x = value_start[i + 1], end_y = value_start[j + 1];
    while (x < end_x && y < end_y) {
        if (values[x] == values[y]) return 1;
        if (values[x] < values[y]) x++;
        else y++;
    }
    return 0;
}

/* ---- seeds */

static void pair_keys(const Database *base, const u8 *seedable, i32 tokens, i32 first, i32 last, i32 ahead, Result *results) {
    const i32 *levels = base->levels, *block = base->block, *free = base->free;
    i64 depth = base->depth, m = base->left, n = 0;
    i64 *keys = NEW(i64, m * ahead * (last - first));
    for (i64 r = 0; r < m; r++) {
        const i32 *row = levels + free[r] * depth;
        for (i32 d = first; d < last; d++) {
            i32 a = row[d];
            if (!seedable[a] || (d > first && a == row[d - 1])) continue;
            for (i32 step = 1; step <= ahead; step++) {
                if (r + step >= m || block[free[r + step]] != block[free[r]]) break;
                i32 b = levels[free[r + step] * depth + d];
                if (b == a || !seedable[b]) continue;
                int fresh = 1;
                for (i32 before = 1; before < step && fresh; before++) fresh = levels[free[r + before] * depth + d] != b;
                if (fresh) keys[n++] = (i64)a * tokens + b;
            }
        }
    }
    given(results, keys, n);
}

static void linked_pair_keys(const Database *base, const u8 *seedable, i32 tokens, i32 level, i32 ahead, i32 partners, Result *results) {
    const i32 *levels = base->levels, *block = base->block, *free = base->free, *value_start = base->value_start;
    i64 depth = base->depth, m = base->left, n = 0;
    i64 *keys = NEW(i64, m * lesser(partners, ahead));
    for (i64 r = 0; r < m; r++) {
        i64 i = free[r];
        i32 a = levels[i * depth + level], found = 0;
        if (value_start[i] == value_start[i + 1] || !seedable[a]) continue;
        for (i32 step = 1; step <= ahead && found < partners; step++) {
            if (r + step >= m || block[free[r + step]] != block[i]) break;
            i64 j = free[r + step];
            i32 b = levels[j * depth + level];
            if (b == a || !seedable[b] || !shares_value(i, j, value_start, base->values)) continue;
            keys[n++] = (i64)a * tokens + b;
            found++;
        }
    }
    given(results, keys, n);
}

static void seed_occurrences(const Database *base, i32 a, i32 b, i32 ahead, i32 linked, Result *results) {
    const i32 *ranks = base->living, *block = base->block, *free = base->free;
    i64 begin_a = base->begin[a], end_a = base->begin[a + 1], end_b = base->begin[b + 1];
    i64 x = begin_a, z = base->begin[b], n = 0, last = -1;
    i32 *found = NEW(i32, 2 * lesser(end_a - begin_a, end_b - z));
    while (z < end_b) {
        i64 s = ranks[z];
        x = first_from(ranks, x, end_a, s);
        if (x == begin_a || s - ranks[x - 1] > ahead) {
            /* no a within reach: on to the first b after the next one */
            if (x == end_a) break;
            z = first_from(ranks, z, end_b, (i64)ranks[x] + 1);
            continue;
        }
        i64 j = free[s];
        for (i64 y = x - 1; y >= begin_a && ranks[y] > last && s - ranks[y] <= ahead; y--) {
            i64 i = free[ranks[y]];
            if (block[i] != block[j]) break;
            if (!linked || shares_value(i, j, base->value_start, base->values)) {
                found[2 * n] = (i32)i;
                found[2 * n + 1] = (i32)j;
                n++;
                last = s;
                break;
            }
        }
        z++;
    }
    given(results, found, 2 * n);
}

/* ---- the occurrences of a pattern */

typedef struct {
    FIELD const f64 *gain;
    FIELD const f64 *order;
    FIELD const f64 *link_yes;
    FIELD const f64 *link_no;
    FIELD const f64 *weight;
    FIELD const f64 *gap_bits;
    FIELD f64 pause_bits;
    FIELD i64 steps;
    FIELD i64 gaps; /* columns of gap_bits */
    FIELD i64 link_reach;
    FIELD i64 repeat_gap;
    FIELD f64 free_pause;
    FIELD f64 pause_unit;
    FIELD f64 rounding;
} Bits;

typedef struct {
    FIELD f64 need;
    FIELD f64 base;
    FIELD i64 max_gap;
    FIELD f64 max_pause;
    FIELD f64 case_pause;
    FIELD i64 own;
    FIELD i64 back;
} Limits;

typedef struct {
    const i32 *ranks, *steps, *piece;
    const f64 *going_on;
    i32 *rows;
    f64 *clock, *score;
    i64 *previous, *used;
    u8 *changed, *taken;
} State;

static void anchors(const Database *base, const i32 *tokens, i32 wanted, const i32 *step_of, const i32 *rare, i32 rares, i32 reach, Result *results) {
    const i32 *levels = base->levels, *block = base->block, *free = base->free, *living = base->living;
    const i64 *begin = base->begin;
    i64 depth = base->depth, n = 0, most = 0, x = 0; /* x: the first rare rank that is not before r */
    i64 *at = NEW(i64, wanted);
    for (i32 k = 0; k < wanted; k++) {
        at[k] = begin[tokens[k]];
        most += begin[tokens[k] + 1] - at[k];
    }
    i32 *ranks = NEW(i32, most), *steps = NEW(i32, most); /* each stands at a posting of its token */
    for (;;) {
        i64 r = base->left;
        for (i32 k = 0; k < wanted; k++)
            if (at[k] < begin[tokens[k] + 1] && living[at[k]] < r) r = living[at[k]];
        if (r == base->left) break;
        x = first_from(rare, x, rares, r);
        i32 here = block[free[r]];
        int after = x < rares && rare[x] - r <= reach;
        int near = (after && block[free[rare[x]]] == here) || (x > 0 && r - rare[x - 1] <= reach && block[free[rare[x - 1]]] == here);
        if (x == rares && !near) break; /* nor will any later row be: blocks only rise */
        /* what has no rare row around it is passed over at once */
        i64 low = near || after ? r + 1 : greater(r + 1, (i64)rare[x] - reach);
        for (i32 k = 0; k < wanted; k++) at[k] = first_from(living, at[k], begin[tokens[k] + 1], low);
        if (!near) continue;
        const i32 *row = levels + free[r] * depth;
        for (i64 d = 0; d < depth; d++) {
            if (step_of[row[d]] < 0 || (d > 0 && row[d] == row[d - 1])) continue;
            ranks[n] = (i32)r;
            steps[n] = step_of[row[d]];
            n++;
        }
    }
    given(results, ranks, n);
    given(results + 1, steps, n);
}

/* The cost, in bits, of passing over steps, a bit set, that the path has already. One may stand there by chance; two or more are the
   beginning of the next occurrence. */
static f64 restart_cost(i64 over, const Bits *bits) {
    if ((over & (over - 1)) == 0) return 0.0;
    f64 cost = 0.0;
    for (i64 s = 0; s < bits->steps; s++)
        if (over & ((i64)1 << s)) cost += bits->gain[s] > 0.0 ? bits->gain[s] : 0.0;
    return cost;
}

/* Bits of the order where a step comes behind all that the path has, a bit set: those of the one that stands before it least often. */
static f64 order_bits(i64 used, i64 s, const Bits *bits) {
    f64 least = 0.0;
    for (i64 left = used; left; left &= left - 1) {
        f64 one = bits->order[__builtin_ctzll((unsigned long long)left) * bits->steps + s];
        if (one < least) least = one;
    }
    return least;
}

/* Whether the anchor j shares a value with one of the last steps of the path that ends at i. */
static int linked_to(i64 i, i64 j, const Database *base, const Bits *bits, const State *state) {
    for (i64 looked = 0; looked < bits->link_reach && i >= 0; looked++) {
        if (shares_value(state->rows[i], state->rows[j], base->value_start, base->values)) return 1;
        i = state->previous[i];
    }
    return 0;
}

/* Fill the state of the anchors [low, high), all of one block: dynamic programming over the anchors before each. Only what can reach an
   anchor that is `changed` is looked at again. */
static void extend_paths(i64 low, i64 high, const Database *base, const Bits *bits, const Limits *limits, const State *state) {
    const i32 *ranks = state->ranks, *steps = state->steps;
    f64 *score = state->score;
    i64 *previous = state->previous, *used = state->used, latest = -limits->max_gap - 2;
    u8 *changed = state->changed, *taken = state->taken;
    for (i64 j = low; j < high; j++) {
        i64 s = steps[j], r = ranks[j];
        if (taken[j]) {
            if (changed[j]) {
                latest = r;
                changed[j] = 0;
            }
            continue;
        }
        if (!changed[j] && r - latest - 1 >= limits->max_gap) continue;
        i64 bit = (i64)1 << s;
        f64 old_score = score[j];
        i64 old_previous = previous[j], old_used = used[j];
        score[j] = bits->gain[s];
        previous[j] = -1;
        used[j] = bit;
        f64 longest = state->rows[j] < limits->own ? limits->max_pause : limits->case_pause;
        i64 looked = 0, passed = 0;
        for (i64 i = j - 1; i >= low && looked < limits->back; i--) {
            i64 gap = r - ranks[i] - 1;
            f64 pause = state->clock[j] - state->clock[i];
            if (gap >= limits->max_gap || pause > longest) break;
            if (taken[i] || ranks[i] == r) continue;
            looked++;
            i64 over = passed & used[i];
            passed |= (i64)1 << steps[i];
            int again = (used[i] & bit) != 0;
            if (again && !(steps[i] == s && gap < bits->repeat_gap)) continue;
            f64 order = bits->order[steps[i] * bits->steps + s];
            f64 most = again ? score[i] : score[i] + bits->gain[s] + order + bits->link_yes[s];
            if (most + bits->rounding <= score[j]) continue; /* gaps and pauses only cost, so it is no better whatever they are */
            f64 value = score[i] - restart_cost(over, bits);
            if (state->piece[i] != state->piece[j]) {
                value -= state->going_on[j];
            } else {
                value -= bits->gap_bits[s * bits->gaps + gap];
                if (pause > bits->free_pause) value -= bits->pause_bits * log2(pause / bits->pause_unit);
            }
            if (!again) {
                value += bits->gain[s] + order_bits(used[i], s, bits);
                if (value + bits->link_yes[s] <= score[j]) continue; /* whatever it shares, it is no better */
                value += linked_to(i, j, base, bits, state) ? bits->link_yes[s] : bits->link_no[s];
            }
            if (value > score[j]) {
                score[j] = value;
                previous[j] = i;
                used[j] = used[i] | bit;
            }
        }
        int same = score[j] == old_score && previous[j] == old_previous && used[j] == old_used;
        changed[j] = changed[j] || !same || (previous[j] >= 0 && changed[previous[j]]);
        if (changed[j]) latest = r;
    }
}

/* Whether no path was taken through an anchor of the one that ends here. */
static int is_whole(i64 end, const State *state) {
    for (i64 at = end; at >= 0; at = state->previous[at])
        if (state->taken[at]) return 0;
    return 1;
}

/* Take a path: a row stands once, under one step, even where it fits two. */
static void take_path(i64 end, i64 low, i64 high, i32 number, i32 *path_of, const State *state) {
    const i32 *ranks = state->ranks;
    for (i64 at = end; at >= 0; at = state->previous[at]) {
        i64 x = at;
        while (x > low && ranks[x - 1] == ranks[at]) x--;
        for (; x < high && ranks[x] == ranks[at]; x++) state->taken[x] = state->changed[x] = 1;
        path_of[at] = number;
    }
}

/* The summed weight of the steps in a bit set. */
static f64 weight_of(i64 used, const Bits *bits) {
    f64 total = 0.0;
    for (i64 s = 0; s < bits->steps; s++)
        if (used & ((i64)1 << s)) total += bits->weight[s];
    return total;
}

static void paths(const Database *base, const i32 *ranks, const i32 *steps, i32 n, const i32 *piece, const f64 *going_on, const u8 *barred, const Bits *bits,
 const Limits *limits, Result *results) {
    State state = {ranks, steps, piece, going_on, NEW(i32, n), NEW(f64, n), NEW(f64, n), NEW(i64, n), NEW(i64, n), NEW(u8, n), NEW(u8, n)};
    i32 *kept = NEW(i32, n), *broken = NEW(i32, n), count = 0, broken_count = 0;
    i64 *ends = NEW(i64, n);
    f64 *scores = NEW(f64, n), *broken_scores = NEW(f64, n), *of_ends = NEW(f64, n);
    fill(kept, 0xff, n * (i64)sizeof(i32));
    fill(broken, 0xff, n * (i64)sizeof(i32));
    for (i64 x = 0; x < n; x++) {
        state.rows[x] = base->free[ranks[x]];
        state.clock[x] = base->clock[state.rows[x]];
        state.score[x] = 0.0;
        state.previous[x] = -1;
        state.used[x] = 0;
        state.changed[x] = 1;
        state.taken[x] = barred[x];
    }
    i64 high;
    for (i64 low = 0; low < n; low = high) {
        for (high = low + 1; high < n; high++)
            if (ranks[high] - ranks[high - 1] - 1 >= limits->max_gap || base->block[state.rows[high]] != base->block[state.rows[high - 1]]) break;
        int progress = 1;
        while (progress) {
            progress = 0;
            extend_paths(low, high, base, bits, limits, &state);
            i64 count_ends = 0;
            for (i64 x = low; x < high; x++) {
                if (state.changed[x] && !state.taken[x] && state.score[x] + limits->base > 0) {
                    ends[count_ends] = x;
                    of_ends[count_ends++] = state.score[x];
                }
                state.changed[x] = 0;
            }
            uintptr_t before = top;
            const i64 *in_order = best_first(of_ends, count_ends);
            for (i64 at = 0; at < count_ends; at++) {
                i64 end = ends[in_order[at]];
                if (!is_whole(end, &state)) continue;
                if (weight_of(state.used[end], bits) >= limits->need) {
                    take_path(end, low, high, count, kept, &state);
                    scores[count++] = state.score[end] + limits->base;
                } else {
                    take_path(end, low, high, broken_count, broken, &state);
                    broken_scores[broken_count++] = state.score[end] + limits->base;
                }
                progress = 1;
            }
            top = before;
        }
    }
    given(results, kept, n);
    given(results + 1, scores, count);
    given(results + 2, broken, n);
    given(results + 3, broken_scores, broken_count);
}

static void stretches(const Database *base, const i32 *ranks, i32 n, i32 max_gap, Result *results) {
    const i32 *block = base->block, *free = base->free;
    i64 *out = NEW(i64, n);
    for (i64 x = 0; x < n; x++) {
        int cut = x > 0 && (ranks[x] - ranks[x - 1] - 1 >= max_gap || block[free[ranks[x]]] != block[free[ranks[x - 1]]]);
        out[x] = x > 0 ? out[x - 1] + cut : 0;
    }
    given(results, out, n);
}

static void first_come(const i64 *path, i32 n, const f64 *score, i32 paths, const i32 *source, u8 *taken, i32 rows, Result *results) {
    i64 *start = NEW(i64, paths + 1), *at = NEW(i64, paths + 1);
    u8 *stays = NEW(u8, paths);
    fill(start, 0, (paths + 1) * (i64)sizeof(i64));
    fill(stays, 0, paths);
    for (i64 x = 0; x < n; x++)
        if (path[x] >= 0) start[path[x] + 1]++;
    for (i64 p = 0; p < paths; p++) start[p + 1] += start[p];
    for (i64 p = 0; p <= paths; p++) at[p] = start[p];
    i64 *anchors_of = NEW(i64, start[paths]);
    for (i64 x = 0; x < n; x++)
        if (path[x] >= 0) anchors_of[at[path[x]]++] = x;
    const i64 *in_order = best_first(score, paths);
    for (i64 number = 0; number < paths; number++) {
        i64 p = in_order[number];
        int free = 1;
        for (i64 x = start[p]; x < start[p + 1]; x++) free = free && !taken[source[anchors_of[x]]];
        if (!free) continue;
        stays[p] = 1;
        for (i64 x = start[p]; x < start[p + 1]; x++) taken[source[anchors_of[x]]] = 1;
    }
    given(results, stays, paths);
    given(results + 1, taken, rows);
}

/* ---- what stands around occurrences */

typedef struct {
    FIELD i64 *interval;
    FIELD i64 *occurrence;
    FIELD u8 *taken;
} Scratch;

typedef struct {
    i64 *ranks, *which, n;
} Sorted;

/* The ranks and steps of occurrence o, in order of rank. */
static void sort_ranks(const i32 *matched, i64 steps, const i32 *rank, i64 o, Sorted *sorted) {
    i64 n = 0;
    for (i64 s = 0; s < steps; s++) {
        i64 row = matched[o * steps + s];
        if (row < 0) continue;
        i64 r = rank[row], at = n++;
        for (; at > 0 && sorted->ranks[at - 1] > r; at--) {
            sorted->ranks[at] = sorted->ranks[at - 1];
            sorted->which[at] = sorted->which[at - 1];
        }
        sorted->ranks[at] = r;
        sorted->which[at] = s;
    }
    sorted->n = n;
}

typedef struct {
    i64 low, high, second;
} Interval;

/* The ranks [low, high) of interval k (0: before the first step, n: after the last), and a second start where it is long: an interval
   longer than two flanks is looked at from both ends, [low, low + flank) and [second, high). */
static Interval interval_bounds(i64 k, const Sorted *sorted, i64 flank, const Database *base, const u8 *taken) {
    const i32 *free = base->free, *block = base->block;
    const i64 *ranks = sorted->ranks;
    i64 n = sorted->n;
    i32 here = block[free[ranks[0]]];
    if (k == 0) {
        i64 low = ranks[0];
        while (low > 0 && ranks[0] - low < flank && block[free[low - 1]] == here && !taken[free[low - 1]]) low--;
        return (Interval){low, ranks[0], ranks[0]};
    }
    if (k == n) {
        i64 high = ranks[n - 1] + 1, most = lesser(base->left, high + flank);
        while (high < most && block[free[high]] == here && !taken[free[high]]) high++;
        return (Interval){ranks[n - 1] + 1, high, high};
    }
    i64 low = ranks[k - 1] + 1, high = ranks[k];
    return (Interval){low, high, high - low > 2 * flank ? high - flank : high};
}

static void mark_rows(const i32 *matched, i64 entries, u8 *taken, u8 value) {
    for (i64 at = 0; at < entries; at++)
        if (matched[at] >= 0) taken[matched[at]] = value;
}

static void surroundings(const i32 *matched, i32 count, i32 steps, i32 least, i32 flank, const Database *base, const Scratch *scratch, Result *results) {
    const i32 *levels = base->levels, *free = base->free;
    i64 depth = base->depth, width = steps + 1, most = (i64)count * width * 2 * flank * depth;
    i32 *keys = NEW(i32, most), *intervals = NEW(i32, most), *everywhere = NEW(i32, most);
    f64 *size = NEW(f64, width), *mean = NEW(f64, 1);
    i64 *have = NEW(i64, width), n_keys = 0, n_all = 0, total = 0, n = 0;
    Sorted sorted = {NEW(i64, steps), NEW(i64, steps), 0};
    for (i64 k = 0; k < width; k++) {
        size[k] = 0.0;
        have[k] = 0;
    }
    mark_rows(matched, (i64)count * steps, scratch->taken, 1);
    for (i64 o = 0; o < count; o++) {
        sort_ranks(matched, steps, base->rank, o, &sorted);
        for (i64 k = 0; sorted.n > 0 && k <= sorted.n; k++) {
            i64 interval = k == 0 ? 0 : sorted.which[k - 1] + 1, mark = o * width + interval;
            have[interval]++;
            Interval in = interval_bounds(k, &sorted, flank, base, scratch->taken);
            for (i64 r = in.low; r < in.high; r++) {
                if (r == in.low + flank && in.second < in.high) r = in.second;
                i64 i = free[r];
                if (scratch->taken[i]) continue;
                size[interval] += 1;
                total++;
                for (i64 d = 0; d < depth; d++) {
                    i32 t = levels[i * depth + d];
                    if (d > 0 && t == levels[i * depth + d - 1]) continue;
                    if (scratch->interval[t] != mark) {
                        scratch->interval[t] = mark;
                        keys[n_keys] = t;
                        intervals[n_keys++] = (i32)interval;
                    }
                    if (scratch->occurrence[t] != o) {
                        scratch->occurrence[t] = o;
                        everywhere[n_all++] = t;
                    }
                }
            }
        }
    }
    mark_rows(matched, (i64)count * steps, scratch->taken, 0);
    for (i64 j = 0; j < n_keys; j++) scratch->interval[keys[j]] = -1;
    for (i64 j = 0; j < n_all; j++) scratch->occurrence[everywhere[j]] = 0;
    for (i64 j = 0; j < n_all; j++) scratch->occurrence[everywhere[j]]++;
    i64 *tokens = NEW(i64, n_all / least);
    for (i64 j = 0; j < n_all; j++) {
        i32 t = everywhere[j];
        if (scratch->occurrence[t] >= least) tokens[n++] = (i64)t * (count + 1) + scratch->occurrence[t];
        scratch->occurrence[t] = -1;
    }
    sort_numbers(tokens, n);
    i64 *held = NEW(i64, n), *inside = NEW(i64, n * width);
    fill(inside, 0, n * width * (i64)sizeof(i64));
    for (i64 at = 0; at < n; at++) {
        held[at] = tokens[at] % (count + 1);
        tokens[at] /= count + 1;
        scratch->interval[tokens[at]] = at;
    }
    for (i64 j = 0; j < n_keys; j++) {
        i64 at = scratch->interval[keys[j]];
        if (at >= 0) inside[at * width + intervals[j]]++;
    }
    for (i64 at = 0; at < n; at++) scratch->interval[tokens[at]] = -1;
    for (i64 k = 0; k < width; k++)
        if (have[k]) size[k] /= (f64)have[k];
    *mean = (f64)total / (f64)greater(1, count);
    given(results, tokens, n);
    given(results + 1, held, n);
    given(results + 2, inside, n * width);
    given(results + 3, size, width);
    given(results + 4, have, width);
    given(results + 5, mean, 1);
}

static void tokens_of_steps(const i32 *matched, i32 count, i32 steps, const i32 *levels, i32 depth, const Scratch *scratch, Result *results) {
    i64 most = (i64)count * steps * depth, n = 0;
    i64 *start = NEW(i64, steps + 1), *held = NEW(i64, most), *where = scratch->occurrence;
    i32 *tokens = NEW(i32, most);
    start[0] = 0;
    for (i64 s = 0; s < steps; s++) {
        for (i64 o = 0; o < count; o++) {
            i64 i = matched[o * steps + s];
            for (i64 d = 0; i >= 0 && d < depth; d++) {
                i32 t = levels[i * depth + d];
                if (d > 0 && t == levels[i * depth + d - 1]) continue;
                if (where[t] < 0) {
                    where[t] = n;
                    tokens[n] = t;
                    held[n++] = 0;
                }
                held[where[t]]++;
            }
        }
        for (i64 at = start[s]; at < n; at++) where[tokens[at]] = -1;
        start[s + 1] = n;
    }
    given(results, start, steps + 1);
    given(results + 1, tokens, n);
    given(results + 2, held, n);
}

static void rows_of_step(const i32 *matched, i32 count, i32 steps, i32 token, i32 wanted, i32 flank, const Database *base, const Scratch *scratch, Result *results) {
    const i32 *levels = base->levels, *free = base->free;
    i64 depth = base->depth;
    i32 *found = NEW(i32, count);
    Sorted sorted = {NEW(i64, steps), NEW(i64, steps), 0};
    mark_rows(matched, (i64)count * steps, scratch->taken, 1);
    for (i64 o = 0; o < count; o++) {
        int best_linked = 0, best_here = 0;
        i64 best_distance = 0;
        found[o] = -1;
        sort_ranks(matched, steps, base->rank, o, &sorted);
        for (i64 k = 0; sorted.n > 0 && k <= sorted.n; k++) {
            int here = (k == 0 ? 0 : sorted.which[k - 1] + 1) == wanted;
            Interval in = interval_bounds(k, &sorted, flank, base, scratch->taken);
            for (i64 r = in.low; r < in.high; r++) {
                if (r == in.low + flank && in.second < in.high) r = in.second;
                i64 i = free[r];
                int holds = 0;
                for (i64 d = 0; d < depth && !holds; d++) holds = levels[i * depth + d] == token;
                if (scratch->taken[i] || !holds) continue;
                i64 distance = lesser(r + 1 - in.low, in.high - r);
                int linked = 0;
                for (i64 s = 0; s < sorted.n && !linked; s++) linked = shares_value(i, free[sorted.ranks[s]], base->value_start, base->values);
                int better = found[o] < 0 || linked > best_linked;
                if (!better && linked == best_linked) better = here > best_here || (here == best_here && distance < best_distance);
                if (better) {
                    best_linked = linked;
                    best_here = here;
                    best_distance = distance;
                    found[o] = (i32)i;
                }
            }
        }
        if (found[o] >= 0) scratch->taken[found[o]] = 1;
    }
    mark_rows(matched, (i64)count * steps, scratch->taken, 0);
    mark_rows(found, count, scratch->taken, 0);
    given(results, found, count);
}

static void links(const i32 *matched, i32 count, i32 steps, const i32 *value_start, const i32 *values, i32 reach, Result *results) {
    f64 *hits = NEW(f64, steps), *seen = NEW(f64, steps);
    i64 *rows = NEW(i64, steps), *which = NEW(i64, steps);
    for (i64 s = 0; s < steps; s++) hits[s] = seen[s] = 0.0;
    for (i64 o = 0; o < count; o++) {
        i64 n = 0;
        for (i64 s = 0; s < steps; s++) {
            i64 row = matched[o * steps + s], at = n;
            if (row < 0) continue;
            for (; at > 0 && rows[at - 1] > row; at--) {
                rows[at] = rows[at - 1];
                which[at] = which[at - 1];
            }
            rows[at] = row;
            which[at] = s;
            n++;
        }
        for (i64 at = 1; at < n; at++) {
            seen[which[at]] += 1;
            for (i64 before = greater(0, at - reach); before < at; before++)
                if (shares_value(rows[before], rows[at], value_start, values)) {
                    hits[which[at]] += 1;
                    break;
                }
        }
    }
    given(results, hits, steps);
    given(results + 1, seen, steps);
}

/* ---- the heaviest chain */

static void heaviest_chain(const i32 *second, const f64 *weight, i32 count, i32 width, Result *results) {
    f64 *best = NEW(f64, width), *total = NEW(f64, count); /* a Fenwick tree of the best weight up to each position */
    i64 *holder = NEW(i64, width), *previous = NEW(i64, count), top_pair = 0, size = 0;
    for (i64 at = 0; at < width; at++) {
        best[at] = 0.0;
        holder[at] = -1;
    }
    for (i64 i = 0; i < count; i++) {
        f64 value = 0.0;
        i64 before = -1;
        for (i64 at = second[i] + 1; at > 0; at -= at & -at)
            if (best[at] > value) {
                value = best[at];
                before = holder[at];
            }
        total[i] = value + weight[i];
        previous[i] = before;
        if (total[i] > total[top_pair]) top_pair = i;
        for (i64 at = second[i] + 1; at < width; at += at & -at)
            if (total[i] > best[at]) {
                best[at] = total[i];
                holder[at] = i;
            }
    }
    for (i64 i = count > 0 ? top_pair : -1; i >= 0; i = previous[i]) size++;
    i64 *chain = NEW(i64, size);
    for (i64 i = top_pair, at = size - 1; at >= 0; i = previous[i], at--) chain[at] = i;
    given(results, chain, size);
}

/* ---- what can be called

   Without parameters, because wasmtime takes as long for each one as for the call itself: the caller writes them here before. */

i64 arguments[16];

#define AT(n) ((void *)(uintptr_t)arguments[n])
#define NUMBER(n) ((i32)arguments[n])
#define LOOP(name, ...) \
    __attribute__((export_name(#name))) void call_##name(void) { name(__VA_ARGS__); }

LOOP(postings, AT(0), NUMBER(1), NUMBER(2), NUMBER(3), AT(4))
LOOP(living, AT(0), AT(1), AT(2), NUMBER(3), AT(4))
LOOP(pair_keys, AT(0), AT(1), NUMBER(2), NUMBER(3), NUMBER(4), NUMBER(5), AT(6))
LOOP(linked_pair_keys, AT(0), AT(1), NUMBER(2), NUMBER(3), NUMBER(4), NUMBER(5), AT(6))
LOOP(seed_occurrences, AT(0), NUMBER(1), NUMBER(2), NUMBER(3), NUMBER(4), AT(5))
LOOP(anchors, AT(0), AT(1), NUMBER(2), AT(3), AT(4), NUMBER(5), NUMBER(6), AT(7))
LOOP(paths, AT(0), AT(1), AT(2), NUMBER(3), AT(4), AT(5), AT(6), AT(7), AT(8), AT(9))
LOOP(stretches, AT(0), AT(1), NUMBER(2), NUMBER(3), AT(4))
LOOP(first_come, AT(0), NUMBER(1), AT(2), NUMBER(3), AT(4), AT(5), NUMBER(6), AT(7))
LOOP(surroundings, AT(0), NUMBER(1), NUMBER(2), NUMBER(3), NUMBER(4), AT(5), AT(6), AT(7))
LOOP(tokens_of_steps, AT(0), NUMBER(1), NUMBER(2), AT(3), NUMBER(4), AT(5), AT(6))
LOOP(rows_of_step, AT(0), NUMBER(1), NUMBER(2), NUMBER(3), NUMBER(4), NUMBER(5), AT(6), AT(7), AT(8))
LOOP(links, AT(0), NUMBER(1), NUMBER(2), AT(3), AT(4), NUMBER(5), AT(6))
LOOP(heaviest_chain, AT(0), AT(1), NUMBER(2), NUMBER(3), AT(4))
