/* SPDX-License-Identifier: MIT */
/* How an allocation is to be made: for page frames (frames.h) and small objects (slab.h). */
#ifndef GFP_H
#define GFP_H

typedef unsigned int gfp_t;

#define GFP_KERNEL 0u
#define __GFP_ZERO 1u /* filled with zeros */
#define __GFP_USER 2u /* leaves the reserve alone: see alloc_user_page */

#endif
