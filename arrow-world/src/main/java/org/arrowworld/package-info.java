/**
 * Where everything begins: {@link org.arrowworld.LiveWorld} for a world that runs. Depends on the
 * rest of this module; nothing in it depends on this package but {@code fixture}.
 */
package org.arrowworld;
