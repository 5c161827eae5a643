import { findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'
import { createStaticFiles, type StaticFiles } from './static.ts'
import { PACKAGE_FOLDER } from './version.ts'

/** The widget's script-tag files and the desk, as they were built. Without a build they are simply not there. */
export async function builtFiles(publicUrl: string | undefined): Promise<StaticFiles> {
  const widget = findPackageJSON('@hutong/widget', import.meta.url)
  return createStaticFiles([
    ...(widget === undefined
      ? []
      : [{ folder: join(dirname(widget), 'dist'), path: '/', only: /^(hutong\.js|widget\/)/, shared: true }]),
    {
      folder: join(PACKAGE_FOLDER, 'dist/desk'),
      path: '/desk/',
      headers: { 'content-security-policy': deskPolicy(publicUrl) },
    },
  ])
}

/** Scripts and styles of our own files only; pictures from wherever customers' sites keep them. */
export function deskPolicy(publicUrl: string | undefined): string {
  const socket = publicUrl === undefined ? '' : ` ${new URL(publicUrl).origin.replace(/^http/, 'ws')}`
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob: https:",
    "media-src 'self' blob: https:",
    `connect-src 'self'${socket}`,
    "manifest-src 'self'",
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}
