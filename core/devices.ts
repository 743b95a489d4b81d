/**
 * What a job can compute on: the providers of onnxruntime (`dml` is DirectML), and `tfjs`, the native
 * TensorFlow of `@tensorflow/tfjs-node-gpu` where somebody has installed it.
 */
export const deviceNames = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml', 'tfjs'] as const
export type DeviceName = (typeof deviceNames)[number]
