/** ecosystem. */
package org.arrowworld.ecosystem;
