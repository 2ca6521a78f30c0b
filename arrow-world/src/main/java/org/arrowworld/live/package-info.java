/** A world that runs, is logged and snapshotted: what a simulation embeds. */
package org.arrowworld.live;
