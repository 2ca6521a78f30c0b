// SPDX-License-Identifier: Apache-2.0
// Draws many points with WebGL2: a position, a colour and a size each.
const VERTEX = `#version 300 es
in vec2 position; in vec4 color; in float size;
uniform vec4 toClip;
out vec4 shade; out float wide;
void main() {
  gl_Position = vec4(position * toClip.xy + toClip.zw, 0.0, 1.0);
  gl_PointSize = size + 1.0;
  shade = color; wide = size;
}`;

const FRAGMENT = `#version 300 es
precision mediump float;
in vec4 shade; in float wide;
out vec4 result;
void main() {
  float far = length(gl_PointCoord - 0.5) * (wide + 1.0);
  float cover = clamp(wide * 0.5 + 0.5 - far, 0.0, 1.0);
  if (cover <= 0.0) discard;
  float a = shade.a * cover;
  result = vec4(shade.rgb * a, a);
}`;

function shader(gl, type, source) {
  const made = gl.createShader(type);
  gl.shaderSource(made, source);
  gl.compileShader(made);
  if (!gl.getShaderParameter(made, gl.COMPILE_STATUS)) {
    throw new Error(gl.getShaderInfoLog(made));
  }
  return made;
}

export class Points {
  /** Throws where the browser has no WebGL2. */
  constructor(canvas) {
    const gl = canvas.getContext("webgl2", { antialias: false, premultipliedAlpha: true, preserveDrawingBuffer: true });
    if (!gl) {
      throw new Error("This browser draws no WebGL2");
    }
    this.gl = gl;
    this.program = gl.createProgram();
    gl.attachShader(this.program, shader(gl, gl.VERTEX_SHADER, VERTEX));
    gl.attachShader(this.program, shader(gl, gl.FRAGMENT_SHADER, FRAGMENT));
    gl.linkProgram(this.program);
    this.toClip = gl.getUniformLocation(this.program, "toClip");
    this.buffers = ["position", "color", "size"].map((name) => ({
      at: gl.getAttribLocation(this.program, name),
      buffer: gl.createBuffer(),
    }));
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  /** From now on until it is cleared, draws inside these CSS pixels, counted from below. */
  within(left, bottom, width, height, ratio) {
    this.gl.enable(this.gl.SCISSOR_TEST);
    this.gl.scissor(...[left, bottom, width, height].map((n) => Math.round(n * ratio)));
  }

  clear() {
    const { gl } = this;
    gl.disable(gl.SCISSOR_TEST);
    gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
  }

  /**
   * Draws a layer: positions as floats x, y; colours as bytes r, g, b, a; sizes as floats in pixels.
   * clip turns a position into -1..1: [scale x, scale y, shift x, shift y].
   */
  draw(count, positions, colors, sizes, clip) {
    const { gl } = this;
    gl.useProgram(this.program);
    gl.uniform4fv(this.toClip, clip);
    const parts = [
      [positions, 2, gl.FLOAT, false],
      [colors, 4, gl.UNSIGNED_BYTE, true],
      [sizes, 1, gl.FLOAT, false],
    ];
    parts.forEach(([data, width, type, scaled], i) => {
      const { at, buffer } = this.buffers[i];
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.bufferData(gl.ARRAY_BUFFER, data, gl.STREAM_DRAW);
      gl.enableVertexAttribArray(at);
      gl.vertexAttribPointer(at, width, type, scaled, 0, 0);
    });
    gl.drawArrays(gl.POINTS, 0, count);
  }
}
